package io.bookbell.server.mail;

import jakarta.mail.MessagingException;

/** The server has refused a mail, or its sender or receiver. */
final class SmtpRefusal extends MessagingException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final boolean ofMail;

  /**
   * Creates a refusal.
   *
   * @param code 400 to 499 if the mail may be accepted later, 500 to 599 if not
   * @param ofMail whether it is about this mail or its receiver, not about the sender of all mails
   */
  SmtpRefusal(String reply, int code, boolean ofMail) {
    super(reply);
    this.code = code;
    this.ofMail = ofMail;
  }

  int code() {
    return code;
  }

  boolean isOfMail() {
    return ofMail;
  }
}
