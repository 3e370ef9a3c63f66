package io.bookbell.server.mail;

import io.bookbell.server.config.ServerConfig.MailConfig;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A connection to the mail server, on which mails are sent one after another. Not thread-safe. The
 * methods block; interrupting a virtual thread closes the connection.
 */
final class MailConnection implements AutoCloseable {
  /** For each step until the server is ready for a mail. */
  private static final Duration CONNECTING = Duration.ofSeconds(30);

  private final Duration timeout;
  private final SmtpTransport transport;
  private final Socket socket;

  private MailConnection(Duration timeout, SmtpTransport transport, Socket socket) {
    this.timeout = timeout;
    this.transport = transport;
    this.socket = socket;
  }

  /**
   * Connects and signs in.
   *
   * @param session the settings ({@link MimeMessageFactory#session})
   * @param timeout how long the server may take for each reply about a mail
   * @throws IOException if the server can't be reached, or its certificate isn't valid for it
   * @throws MessagingException if it doesn't greet, offers no login, or refuses it
   */
  static MailConnection open(MailConfig mailConfig, Session session, Duration timeout)
      throws IOException, MessagingException {
    var server =
        new URLName(
            "smtp",
            mailConfig.host(),
            mailConfig.port(),
            null,
            mailConfig.user().orElse(null),
            mailConfig.password().orElse(null));
    var transport = new SmtpTransport(session, server);
    Socket socket = connect(mailConfig, connecting(timeout));
    try {
      transport.connect(socket);
      requireLogin(mailConfig, transport);
      socket.setSoTimeout((int) timeout.toMillis());
      return new MailConnection(timeout, transport, socket);
    } catch (IOException | MessagingException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Otherwise the server would refuse each mail instead. */
  private static void requireLogin(MailConfig mailConfig, SmtpTransport transport)
      throws MessagingException {
    if (mailConfig.password().isPresent()
        && !transport.supportsExtension("AUTH")
        && !transport.supportsExtension("AUTH=LOGIN")) {
      throw new MessagingException("The mail server doesn't offer a login");
    }
  }

  private static int connecting(Duration timeout) {
    return (int) Math.min(CONNECTING.toMillis(), timeout.toMillis());
  }

  /** Tries all addresses of the host, which share the time. */
  private static Socket connect(MailConfig mailConfig, int timeout) throws IOException {
    InetAddress[] addresses = InetAddress.getAllByName(mailConfig.host());
    var failure = new IOException("The mail server has no address");
    for (InetAddress address : addresses) {
      try {
        return connect(mailConfig, address, timeout, timeout / addresses.length);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  /** The certificate is checked against the configured host, also if that is an address. */
  private static Socket connect(
      MailConfig mailConfig, InetAddress address, int timeout, int connectTimeout)
      throws IOException {
    var named = InetAddress.getByAddress(mailConfig.host(), address.getAddress());
    var plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(named, mailConfig.port()), connectTimeout);
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
      socket.setSoTimeout(connecting(timeout));
      boolean open = transport.isConnected();
      socket.setSoTimeout((int) timeout.toMillis());
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

  /** Whether the mail that was sent last has got no further than its sender. */
  boolean isAtSender() {
    return transport.isAtSender();
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
