package io.bookbell.server.receipt;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.InboxExtent;
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
public final class MessageRetention {
  /** Tabs of one browser are one device, and one of them may be behind for a while. */
  private static final Duration GRACE = Duration.ofHours(1);

  private static final int USERS_AT_ONCE = 100;
  private static final int MESSAGES_AT_ONCE = 500;

  private final InboxStore inboxStore;
  private final ReceiptService receiptService;
  private final SessionStore sessionStore;
  private final Duration kept;

  /**
   * Creates the service.
   *
   * @param kept for so long messages wait for devices that have not said that they have them
   */
  public MessageRetention(
      InboxStore inboxStore,
      ReceiptService receiptService,
      SessionStore sessionStore,
      Duration kept) {
    this.inboxStore = inboxStore;
    this.receiptService = receiptService;
    this.sessionStore = sessionStore;
    this.kept = kept;
  }

  /**
   * What a step has done.
   *
   * @param next the user to go on from; empty after the last one
   * @param removed how many messages went out of inboxes
   */
  public record RetentionStep(Optional<UserId> next, int removed) {}

  /** Looks at the inboxes of some users, in the order of their ids from the given one on. */
  public RetentionStep removeBatch(Transaction tx, UserId from) {
    List<InboxExtent> page = inboxStore.findNonEmpty(tx, from, USERS_AT_ONCE);
    if (page.isEmpty()) {
      return new RetentionStep(Optional.empty(), 0);
    }
    List<UserId> users = page.stream().map(InboxExtent::user).toList();
    Map<UserId, Set<String>> signedIn = sessionStore.findHashesByUser(tx, users);
    Map<Device, Long> positions = receiptService.findPositions(tx, users);
    receiptService.removeDevices(
        tx, positions.keySet().stream().filter(each -> !isSignedIn(signedIn, each)).toList());
    int removed = 0;
    for (InboxExtent each : page) {
      long everywhere =
          lowestAcknowledged(each, signedIn.getOrDefault(each.user(), Set.of()), positions);
      removed += removeMessages(tx, each, everywhere);
    }
    return new RetentionStep(Optional.of(new UserId(users.getLast().value() + 1)), removed);
  }

  private static boolean isSignedIn(Map<UserId, Set<String>> signedIn, Device device) {
    return signedIn.getOrDefault(device.user(), Set.of()).contains(device.session());
  }

  /** The number up to which every device has everything; of nobody's, what the last ones had. */
  private static long lowestAcknowledged(
      InboxExtent inbox, Set<String> signedIn, Map<Device, Long> positions) {
    return signedIn.stream()
        .mapToLong(session -> positions.getOrDefault(new Device(inbox.user(), session), 0L))
        .min()
        .orElse(inbox.received());
  }

  private int removeMessages(Transaction tx, InboxExtent each, long everywhere) {
    Instant tooOld = tx.now().minus(kept);
    Instant settled = tx.now().minus(GRACE);
    InboxStore.RemovalRule removalRule =
        (seq, createdAt) ->
            createdAt.isBefore(tooOld) || (seq <= everywhere && createdAt.isBefore(settled));
    return removalRule.mayRemove(each.removed() + 1, each.oldest())
        ? inboxStore.removeOldest(tx, each.user(), MESSAGES_AT_ONCE, removalRule)
        : 0;
  }
}
