package io.bookbell.server.receipt;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.InboxExtent;
import io.bookbell.server.key.KeyStore;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes messages from inboxes once all of the user's devices have them or they are too old. A
 * client that resumes from before that gets a new snapshot. Thread-safe.
 *
 * <p>Every session that hasn't ended is a device, so a device that never acknowledges keeps its
 * user's messages until they are too old. A key is a device once a program has acknowledged with
 * it, because most programs never connect.
 */
public final class MessageRetention {
  /** The tabs of a browser are one device, and one of them may be behind for a while. */
  private static final Duration GRACE = Duration.ofHours(1);

  private static final int USERS_AT_ONCE = 100;
  private static final int MESSAGES_AT_ONCE = 500;

  private final InboxStore inboxStore;
  private final ReceiptService receiptService;
  private final SessionStore sessionStore;
  private final KeyStore keyStore;
  private final Duration kept;

  /**
   * Creates the service.
   *
   * @param kept how long messages wait for devices that haven't acknowledged them
   */
  public MessageRetention(
      InboxStore inboxStore,
      ReceiptService receiptService,
      SessionStore sessionStore,
      KeyStore keyStore,
      Duration kept) {
    this.inboxStore = inboxStore;
    this.receiptService = receiptService;
    this.sessionStore = sessionStore;
    this.keyStore = keyStore;
    this.kept = kept;
  }

  /**
   * The result of one batch.
   *
   * @param next the user to continue with; empty after the last one
   * @param removed how many messages were removed from inboxes
   */
  public record RetentionStep(Optional<UserId> next, int removed) {}

  /**
   * Processes the inboxes of some users, in the order of their ids, starting with the given one.
   */
  public RetentionStep removeBatch(Transaction tx, UserId from) {
    List<InboxExtent> page = inboxStore.findNonEmpty(tx, from, USERS_AT_ONCE);
    if (page.isEmpty()) {
      return new RetentionStep(Optional.empty(), 0);
    }
    List<UserId> users = page.stream().map(InboxExtent::user).toList();
    Map<Device, Long> positions = receiptService.findPositions(tx, users);
    Map<UserId, Set<String>> signedIn = findDevices(tx, users, positions.keySet());
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

  private Map<UserId, Set<String>> findDevices(
      Transaction tx, List<UserId> users, Set<Device> acknowledged) {
    var devices = new HashMap<>(sessionStore.findHashesByUser(tx, users));
    keyStore
        .findHashesByUser(tx, users)
        .forEach(
            (user, keys) ->
                keys.stream()
                    .filter(key -> acknowledged.contains(new Device(user, key)))
                    .forEach(key -> devices.computeIfAbsent(user, _ -> new HashSet<>()).add(key)));
    return devices;
  }

  private static boolean isSignedIn(Map<UserId, Set<String>> signedIn, Device device) {
    return signedIn.getOrDefault(device.user(), Set.of()).contains(device.session());
  }

  /**
   * The number up to which all signed-in devices have everything; if none is signed in, the number
   * that was last acknowledged.
   */
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
