package io.bookbell.server.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.network.LocalHosts;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
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
    this.session = Session.getInstance(toProperties(mailConfig), authenticator(mailConfig));
    this.sender = toSender(mailConfig.from());
  }

  /** The settings of connections, and the login. */
  Session session() {
    return session;
  }

  private static Properties toProperties(MailConfig mailConfig) {
    boolean hasPassword = mailConfig.password().isPresent();
    boolean mayBePlain =
        mailConfig.secure() || !hasPassword || LocalHosts.contain(mailConfig.host());
    var properties = new Properties();
    properties.setProperty("mail.smtp.host", mailConfig.host());
    properties.setProperty("mail.smtp.auth", Boolean.toString(hasPassword));
    mailConfig.user().ifPresent(user -> properties.setProperty("mail.smtp.user", user));
    properties.setProperty("mail.smtp.starttls.enable", Boolean.toString(!mailConfig.secure()));
    properties.setProperty("mail.smtp.starttls.required", Boolean.toString(!mayBePlain));
    properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    properties.setProperty("mail.smtp.quitwait", "false");
    return properties;
  }

  private static Authenticator authenticator(MailConfig mailConfig) {
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(
            mailConfig.user().orElse(""), mailConfig.password().orElse(""));
      }
    };
  }

  /**
   * Makes the message of a mail.
   *
   * @throws MessagingException if a header is invalid
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
    var receiver = new InternetAddress();
    receiver.setAddress(mail.to());
    message.setRecipient(Message.RecipientType.TO, receiver);
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
