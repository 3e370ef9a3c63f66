package io.bookbell.server.mail;

import io.bookbell.server.config.ServerConfig.MailConfig;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
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

  private final Duration patience;
  private final SMTPTransport transport;
  private final Socket socket;

  private MailConnection(Duration patience, SMTPTransport transport, Socket socket) {
    this.patience = patience;
    this.transport = transport;
    this.socket = socket;
  }

  /**
   * Connects and signs in.
   *
   * @param session the settings and the login ({@link MimeMessageFactory#session})
   * @param patience how long the server may take for each reply about a mail
   * @throws IOException if the server can't be reached, or its certificate isn't valid for it
   * @throws MessagingException if it doesn't greet, or refuses the login
   */
  static MailConnection open(MailConfig mailConfig, Session session, Duration patience)
      throws IOException, MessagingException {
    var transport = (SMTPTransport) session.getTransport("smtp");
    var socket = connect(mailConfig, connecting(patience));
    try {
      transport.connect(socket);
      socket.setSoTimeout((int) patience.toMillis());
      return new MailConnection(patience, transport, socket);
    } catch (IOException | MessagingException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static int connecting(Duration patience) {
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
    } catch (IOException | RuntimeException e) {
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

  /** Returns whether the server still answers, as one may not after a pause. */
  boolean isOpen() {
    try {
      socket.setSoTimeout(connecting(patience));
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
  void send(MimeMessage message) throws MessagingException {
    transport.sendMessage(message, message.getAllRecipients());
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
