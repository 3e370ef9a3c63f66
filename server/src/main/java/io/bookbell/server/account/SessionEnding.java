package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.function.BiConsumer;

/**
 * Ends everything that lets somebody act as a user without the current password: sessions with
 * their sockets and tickets, links for a new password, address or owner, and sign-ups that could be
 * repeated. For callers who have locked the account. Thread-safe and stateless.
 */
public final class SessionEnding {
  private final AddressChangeStore addressChangeStore = new AddressChangeStore();
  private final SessionStore sessionStore;
  private final ResetLinkStore resetLinkStore;
  private final BiConsumer<Transaction, UserId> otherWaysEnder;

  /**
   * Creates the service.
   *
   * @param otherWaysEnder ends what else lets somebody sign in, act or be told news as a user:
   *     keys, passkeys, identities at providers, accounts at other services, and channels
   */
  public SessionEnding(
      SessionStore sessionStore,
      ResetLinkStore resetLinkStore,
      BiConsumer<Transaction, UserId> otherWaysEnder) {
    this.sessionStore = sessionStore;
    this.resetLinkStore = resetLinkStore;
    this.otherWaysEnder = otherWaysEnder;
  }

  /** Ends all other ways in, too, and closes the sockets of external sign-ins. */
  public void endAll(Transaction tx, UserId user) {
    endAllExcept(tx, user, "");
    sessionStore.announceExternalEnd(tx, user);
    otherWaysEnder.accept(tx, user);
  }

  /**
   * Like {@link #endAll}, but one session and the other ways in stay: their owner has given the
   * current password.
   *
   * @param kept the hash of its token
   */
  public void endAllExcept(Transaction tx, UserId user, String kept) {
    resetLinkStore.removeLinkOf(tx, user);
    addressChangeStore.remove(tx, user);
    HandoverStore.removeLinkOf(tx, user);
    SignUpService.removeKeysOf(tx, user);
    sessionStore.endAllExcept(tx, user, kept);
  }
}
