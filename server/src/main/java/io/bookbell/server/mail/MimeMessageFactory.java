package io.bookbell.server.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.network.LocalHosts;
import io.bookbell.server.text.EmailAddress;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;

/** Makes MIME messages of mails, with the configured sender. Thread-safe. */
final class MimeMessageFactory {
  private final Session session;
  private final InternetAddress sender;

  MimeMessageFactory(MailConfig mailConfig) {
    this.sender = toSender(mailConfig.from());
    this.session = toSession(mailConfig, domainOf(sender.getAddress()));
  }

  /** The settings of connections. */
  Session session() {
    return session;
  }

  /**
   * Without an {@code Authenticator}: Angus Mail would ask it again after a login that has failed,
   * and try the password on a second connection, in plain text and to the usual port.
   */
  private static Session toSession(MailConfig mailConfig, String senderDomain) {
    boolean hasPassword = mailConfig.password().isPresent();
    boolean isLocal = LocalHosts.contain(mailConfig.host());
    boolean mayBePlain = mailConfig.secure() || !hasPassword || isLocal;
    var properties = new Properties();
    properties.setProperty("mail.smtp.localhost", senderDomain); // looking it up may take seconds
    properties.setProperty("mail.smtp.auth", Boolean.toString(hasPassword));
    properties.setProperty("mail.smtp.starttls.enable", Boolean.toString(!mailConfig.secure()));
    properties.setProperty("mail.smtp.starttls.required", Boolean.toString(!mayBePlain));
    properties.setProperty("mail.smtp.ssl.checkserveridentity", Boolean.toString(!isLocal));
    if (isLocal) { // whose certificate is often its own
      properties.setProperty("mail.smtp.ssl.trust", mailConfig.host());
    }
    properties.setProperty("mail.smtp.quitwait", "false");
    properties.setProperty("mail.mime.address.strict", "false"); // some have two dots together
    return Session.getInstance(properties);
  }

  /**
   * Makes the message of a mail.
   *
   * @throws MessagingException if a header is invalid, or no mail can be sent to the address
   */
  MimeMessage toMessage(ComposedMail mail) throws MessagingException {
    var message =
        new MimeMessage(session) {
          @Override
          protected void updateMessageID() {
            // it is one of the mail's headers
          }
        };
    message.setFrom(sender);
    message.setRecipient(Message.RecipientType.TO, toReceiver(mail.to()));
    message.setSubject(mail.subject(), UTF_8.name());
    message.setSentDate(Date.from(Instant.now()));
    var text = new MimeBodyPart();
    text.setText(mail.text(), UTF_8.name());
    var html = new MimeBodyPart();
    html.setText(mail.html(), UTF_8.name(), "html");
    message.setContent(new MimeMultipart("alternative", text, html));
    for (var header : mail.headers().entrySet()) {
      message.setHeader(header.getKey(), header.getValue());
    }
    message.saveChanges();
    return message;
  }

  private static InternetAddress toReceiver(String address) throws AddressException {
    var receiver = new InternetAddress();
    receiver.setAddress(
        EmailAddress.toDeliverable(address)
            .orElseThrow(() -> new AddressException("No mail can be sent to such an address")));
    return receiver;
  }

  private static String domainOf(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  /** A name in front of the address may contain anything, and is encoded. */
  private static InternetAddress toSender(String from) {
    var sender = new InternetAddress();
    int bracket = from.indexOf('<');
    if (bracket < 0) {
      sender.setAddress(from);
      return sender;
    }
    sender.setAddress(from.substring(bracket + 1, from.length() - 1));
    String name = from.substring(0, bracket).strip();
    boolean quoted = name.length() > 1 && name.startsWith("\"") && name.endsWith("\"");
    try {
      sender.setPersonal(quoted ? name.substring(1, name.length() - 1) : name, UTF_8.name());
      return sender;
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("Every Java runtime knows UTF-8", e);
    }
  }
}
