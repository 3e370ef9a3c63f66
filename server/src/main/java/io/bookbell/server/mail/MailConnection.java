package io.bookbell.server.mail;

import io.bookbell.server.config.ServerConfig.MailConfig;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * A connection to the mail server, on which mails are sent one after another. Not thread-safe. The
 * methods block; interrupting a virtual thread closes the connection.
 */
final class MailConnection implements AutoCloseable {
  /** For each step until the server is ready for a mail. */
  private static final Duration CONNECTING = Duration.ofSeconds(30);

  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
  private static final String UTF_8 = "UTF-8";

  private final MailConfig mailConfig;
  private final Duration patience;
  private final Session session;
  private final SMTPTransport transport;
  private final Socket socket;

  private MailConnection(MailConfig mailConfig, Duration patience)
      throws IOException, MessagingException {
    this.mailConfig = mailConfig;
    this.patience = patience;
    this.session = Session.getInstance(toProperties(mailConfig), authenticator(mailConfig));
    this.transport = (SMTPTransport) session.getTransport("smtp");
    this.socket = connect(mailConfig, connecting());
  }

  /**
   * Connects and signs in.
   *
   * @param patience how long the server may take for each reply about a mail
   * @throws IOException if the server can't be reached, or its certificate isn't valid for it
   * @throws MessagingException if it doesn't greet, or refuses the login
   */
  static MailConnection open(MailConfig mailConfig, Duration patience)
      throws IOException, MessagingException {
    var connection = new MailConnection(mailConfig, patience);
    try {
      connection.transport.connect(connection.socket);
      connection.socket.setSoTimeout((int) patience.toMillis());
      return connection;
    } catch (IOException | MessagingException e) {
      connection.socket.close();
      throw e;
    }
  }

  private int connecting() {
    return (int) Math.min(CONNECTING.toMillis(), patience.toMillis());
  }

  /** The certificate is checked against the configured host, also if that is an address. */
  private static Socket connect(MailConfig mailConfig, int timeout) throws IOException {
    String host = mailConfig.host();
    var address = InetAddress.getByAddress(host, InetAddress.getByName(host).getAddress());
    var plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(address, mailConfig.port()), timeout);
      plain.setSoTimeout(timeout);
      return mailConfig.secure() ? toSecure(plain, mailConfig) : plain;
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  private static Socket toSecure(Socket plain, MailConfig mailConfig) throws IOException {
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    var secure =
        (SSLSocket) factory.createSocket(plain, mailConfig.host(), mailConfig.port(), true);
    var parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  private static Properties toProperties(MailConfig mailConfig) {
    boolean hasPassword = mailConfig.password().isPresent();
    boolean mayBePlain = mailConfig.secure() || !hasPassword || LOCAL.contains(mailConfig.host());
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

  /** Returns whether the server still answers, as one may not after a pause. */
  boolean isOpen() {
    try {
      socket.setSoTimeout(connecting());
      boolean open = transport.isConnected();
      socket.setSoTimeout((int) patience.toMillis());
      return open;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Sends a mail, and waits until the server has accepted it.
   *
   * @throws MessagingException if the server refuses it, or the connection is lost
   */
  void send(ComposedMail mail) throws MessagingException {
    MimeMessage message = toMessage(mail);
    transport.sendMessage(message, message.getAllRecipients());
  }

  private MimeMessage toMessage(ComposedMail mail) throws MessagingException {
    var message =
        new MimeMessage(session) {
          @Override
          protected void updateMessageID() {
            // it is one of the mail's headers
          }
        };
    message.setFrom(sender());
    var receiver = new InternetAddress();
    receiver.setAddress(mail.to());
    message.setRecipient(Message.RecipientType.TO, receiver);
    message.setSubject(mail.subject(), UTF_8);
    message.setSentDate(Date.from(Instant.now()));
    var text = new MimeBodyPart();
    text.setText(mail.text(), UTF_8);
    var html = new MimeBodyPart();
    html.setText(mail.html(), UTF_8, "html");
    message.setContent(new MimeMultipart("alternative", text, html));
    for (var header : mail.headers().entrySet()) {
      message.setHeader(header.getKey(), header.getValue());
    }
    message.saveChanges();
    return message;
  }

  /** A name in front of the address may contain anything, and is encoded. */
  private InternetAddress sender() throws MessagingException {
    String from = mailConfig.from();
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
      sender.setPersonal(quoted ? name.substring(1, name.length() - 1) : name, UTF_8);
      return sender;
    } catch (UnsupportedEncodingException e) {
      throw new MessagingException("The sender's name can't be encoded", e);
    }
  }

  /** Says goodbye, and doesn't wait for the reply. */
  @Override
  public void close() {
    try (socket) {
      transport.close();
    } catch (IOException | MessagingException e) {
      // the connection is closed all the same
    }
  }
}
