package io.bookbell.server.webpush;

import io.bookbell.hub.UserId;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.storage.Transaction;

/**
 * Ends the pushes to a browser together with the session in which it has subscribed: whoever sits
 * at that browser next isn't told the news of the former user. Thread-safe.
 */
public final class PushSessions {
  private final NewsTargetStore targetStore;

  public PushSessions(NewsTargetStore targetStore) {
    this.targetStore = targetStore;
  }

  /**
   * Removes the browsers of a session that is ending, with what is queued for them.
   *
   * @param session the hash of its token
   */
  public void endSession(Transaction tx, UserId user, String session) {
    targetStore.findChannels(tx, user).stream()
        .filter(target -> target.kind() == NewsKind.WEB_PUSH)
        .filter(target -> isOf(target, session))
        .forEach(target -> targetStore.delete(tx, target.id()));
  }

  private static boolean isOf(NewsTarget target, String session) {
    return PushDetails.parse(target.details()).session().filter(session::equals).isPresent();
  }
}
