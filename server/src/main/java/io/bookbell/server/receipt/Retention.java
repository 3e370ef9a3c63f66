package io.bookbell.server.receipt;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Sessions;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.inbox.Inbox.Kept;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes messages that have had their time: every device of the user has them, or they are too
 * old. Who comes back from before that gets a fresh snapshot. Thread-safe.
 *
 * <p>A device is a session that has not ended, so one that never says what it has keeps its user's
 * messages until they are too old.
 */
public final class Retention {
  /** Tabs of one browser are one device, and one of them may be behind for a while. */
  private static final Duration GRACE = Duration.ofHours(1);

  private static final int USERS_AT_ONCE = 100;
  private static final int MESSAGES_AT_ONCE = 500;

  private final Inbox inbox;
  private final Receipts receipts;
  private final Sessions sessions;
  private final Duration kept;

  /**
   * Creates the service.
   *
   * @param kept for so long messages wait for devices that have not said that they have them
   */
  public Retention(Inbox inbox, Receipts receipts, Sessions sessions, Duration kept) {
    this.inbox = inbox;
    this.receipts = receipts;
    this.sessions = sessions;
    this.kept = kept;
  }

  /**
   * What a step has done.
   *
   * @param next the user to go on from; empty after the last one
   * @param removed how many messages went out of inboxes
   */
  public record Step(Optional<UserId> next, int removed) {}

  /** Looks at the inboxes of some users, in the order of their ids from the given one on. */
  public Step step(Transaction tx, UserId from) {
    List<Kept> page = inbox.kept(tx, from, USERS_AT_ONCE);
    if (page.isEmpty()) {
      return new Step(Optional.empty(), 0);
    }
    List<UserId> users = page.stream().map(Kept::user).toList();
    Map<UserId, Set<String>> signedIn = sessions.ofUsers(tx, users);
    Map<Device, Long> positions = receipts.positions(tx, users);
    receipts.forget(tx, positions.keySet().stream().filter(each -> !isIn(signedIn, each)).toList());
    int removed = 0;
    for (Kept each : page) {
      long everywhere = everywhere(each, signedIn.getOrDefault(each.user(), Set.of()), positions);
      removed += remove(tx, each, everywhere);
    }
    return new Step(Optional.of(new UserId(users.getLast().value() + 1)), removed);
  }

  private static boolean isIn(Map<UserId, Set<String>> signedIn, Device device) {
    return signedIn.getOrDefault(device.user(), Set.of()).contains(device.session());
  }

  /** The number up to which every device has everything; of nobody's, what the last ones had. */
  private static long everywhere(Kept inbox, Set<String> signedIn, Map<Device, Long> positions) {
    return signedIn.stream()
        .mapToLong(session -> positions.getOrDefault(new Device(inbox.user(), session), 0L))
        .min()
        .orElse(inbox.received());
  }

  private int remove(Transaction tx, Kept each, long everywhere) {
    Instant tooOld = tx.now().minus(kept);
    Instant settled = tx.now().minus(GRACE);
    Inbox.Removable removable =
        (seq, createdAt) ->
            createdAt.isBefore(tooOld) || (seq <= everywhere && createdAt.isBefore(settled));
    return removable.test(each.removed() + 1, each.oldest())
        ? inbox.remove(tx, each.user(), MESSAGES_AT_ONCE, removable)
        : 0;
  }
}
