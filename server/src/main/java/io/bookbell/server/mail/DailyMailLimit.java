package io.bookbell.server.mail;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;

/**
 * Limits how many mails of one kind are sent for a user in a day. Thread-safe and stateless.
 *
 * @param most mails in 24 hours
 */
record DailyMailLimit(OutboxStore outboxStore, int most) {
  private static final Duration DAY = Duration.ofDays(1);

  /**
   * Checks that a user may have more mails sent.
   *
   * @param more how many, at most {@code most}
   * @throws Problem 429 with the time until enough of the earlier mails are a day old
   */
  void requireRoom(Transaction tx, UserId user, String event, int more) {
    Instant yesterday = tx.now().minus(DAY);
    int excess = outboxStore.countOneOff(tx, user, event, yesterday) + more - most;
    if (excess > 0) {
      Instant free = outboxStore.timeOfOnce(tx, user, event, yesterday, excess - 1).plus(DAY);
      long wait = Math.max(1, Duration.between(tx.now(), free).toSeconds() + 1);
      throw Problem.tooMany(
          "rate_limited",
          "Too many mails were sent for you within 24 hours. Try again in " + wait + " seconds.",
          wait);
    }
  }
}
