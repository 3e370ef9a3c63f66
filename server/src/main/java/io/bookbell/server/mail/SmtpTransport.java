package io.bookbell.server.mail;

import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Sends mails on a connection, and ends a mail at the server's first refusal. Angus Mail would
 * first reset the connection, and forget the refusal if that fails; ours are closed after a
 * refusal.
 */
final class SmtpTransport extends SMTPTransport {
  private boolean sending;

  /** The last command of the last mail. */
  private String command = "";

  SmtpTransport(Session session, URLName server) {
    super(session, server);
  }

  /** Whether the mail that was sent last has got no further than its sender. */
  synchronized boolean isAtSender() {
    return command.startsWith("MAIL");
  }

  /**
   * {@inheritDoc}
   *
   * @throws SmtpRefusal if the server refuses it
   */
  @Override
  public synchronized void sendMessage(Message message, Address[] addresses)
      throws MessagingException {
    sending = true;
    try {
      super.sendMessage(message, addresses);
    } finally {
      sending = false;
    }
  }

  @Override
  protected synchronized void sendCommand(String text) throws MessagingException {
    if (sending) {
      command = text;
    }
    super.sendCommand(text);
  }

  @Override
  protected synchronized int readServerResponse() throws MessagingException {
    int code = super.readServerResponse();
    if (sending && code < 0) {
      throw new MessagingException("The mail server has closed the connection");
    }
    if (sending && code >= 400) {
      throw new SmtpRefusal(getLastServerResponse().strip(), code, !isAtSender());
    }
    return code;
  }
}
