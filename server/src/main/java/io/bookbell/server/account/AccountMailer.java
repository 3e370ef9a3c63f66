package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;

/** Sends the mails that accounts need, after the transaction. Thread-safe. */
public interface AccountMailer {
  /** Sends a link for a new password, unless one was sent to the account just now. */
  void sendResetLink(Transaction tx, Account account, String language);

  /** Sends a link to a new address of an account, with which it takes effect. */
  void sendAddressLink(Transaction tx, UserId user, String email, String language);

  /** Tells the former address of an account that it isn't used any more, and whom to turn to. */
  void tellFormerAddress(Transaction tx, Account former, String language);
}
