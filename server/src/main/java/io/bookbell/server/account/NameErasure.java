package io.bookbell.server.account;

import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.json.NameEraser;
import io.bookbell.server.storage.StoredTexts;
import io.bookbell.server.storage.StoredTexts.StoredText;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.List;

/**
 * Replaces the names of removed accounts in texts that were stored with them, in steps that survive
 * a restart. Thread-safe.
 */
public final class NameErasure {
  /** Texts may have 100 KB, and on SQLite no command runs meanwhile. */
  static final int TEXTS_AT_ONCE = 50;

  private static final int ACCOUNTS_AT_ONCE = 100;

  /** Longer than a transaction may take that has read the former name. */
  private static final Duration SETTLING = Duration.ofSeconds(10);

  private final List<StoredTexts> kinds;

  /**
   * Creates the erasure.
   *
   * @param kinds where names are stored, always in the same order
   */
  public NameErasure(List<StoredTexts> kinds) {
    this.kinds = List.copyOf(kinds);
  }

  void queueAccount(Transaction tx, UserId user) {
    tx.update(
        "INSERT INTO name_erasure (user_id, queued_at, step, up_to) VALUES (?, ?, 0, 0)",
        user,
        tx.now());
  }

  /**
   * Goes through a batch of texts for all accounts that have come equally far. Accounts removed
   * meanwhile wait until those before them are done, and then go through the texts together.
   *
   * @return whether there may be more
   */
  public boolean eraseBatch(Transaction tx) {
    List<QueuedErasure> queued =
        tx.query(
                """
                SELECT user_id, step, up_to
                FROM name_erasure
                WHERE queued_at < ?
                ORDER BY queued_at, user_id
                LIMIT ?
                FOR NO KEY UPDATE""",
                tx.now().minus(SETTLING),
                ACCOUNTS_AT_ONCE)
            .list(
                row ->
                    new QueuedErasure(
                        row.getUser("user_id"),
                        new TextPosition(row.getInt("step"), row.getLong("up_to"))));
    if (queued.isEmpty()) {
      return false;
    }
    TextPosition position = queued.getFirst().position;
    eraseNext(
        tx,
        position,
        queued.stream()
            .filter(erasure -> erasure.position.equals(position))
            .map(QueuedErasure::user)
            .toList());
    return true;
  }

  private void eraseNext(Transaction tx, TextPosition position, List<UserId> users) {
    if (position.step >= kinds.size()) {
      tx.update("DELETE FROM name_erasure WHERE user_id IN (?)", users);
      return;
    }
    StoredTexts texts = kinds.get(position.step);
    var eraser =
        new NameEraser(
            users.stream().map(UserId::value).collect(toSet()), AccountStore.REMOVED_NAME);
    List<StoredText> batch = texts.readAfter(tx, position.upTo, TEXTS_AT_ONCE);
    for (StoredText text : batch) {
      eraser
          .eraseIn(text.json())
          .ifPresent(json -> texts.replaceText(tx, new StoredText(text.id(), json)));
    }
    boolean isLast = batch.size() < TEXTS_AT_ONCE;
    tx.update(
        "UPDATE name_erasure SET step = ?, up_to = ? WHERE user_id IN (?)",
        isLast ? position.step + 1 : position.step,
        isLast ? 0 : batch.getLast().id(),
        users);
  }

  /**
   * How far an erasure has come.
   *
   * @param step the number of the kind of text
   * @param upTo the id of the last text it has gone through
   */
  private record TextPosition(int step, long upTo) {}

  private record QueuedErasure(UserId user, TextPosition position) {}
}
