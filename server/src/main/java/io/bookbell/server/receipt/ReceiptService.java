package io.bookbell.server.receipt;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.RequestRevision;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.ValueReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores each device's position, and receipts: when a change of a request first reached a device of
 * its supporter. Thread-safe and stateless.
 */
public final class ReceiptService {
  /** How many sequence numbers are processed at once. */
  private static final int STEP = 500;

  private static final String UPSERT_POSITION =
      """
      INSERT INTO device_position (token_hash, user_id, seq, acknowledged_at)
      VALUES (?, ?, ?, ?)
      ON CONFLICT (token_hash) DO UPDATE
      SET seq = excluded.seq, acknowledged_at = excluded.acknowledged_at
      WHERE device_position.seq < excluded.seq""";

  private static final String INSERT_RECEIPT =
      """
      INSERT INTO receipt (request_id, revision, received_at) VALUES (?, ?, ?)
      ON CONFLICT DO NOTHING""";

  private final InboxStore inboxStore;
  private final BookRequestService requests;
  private final ActivityLog activityLog;
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;

  public ReceiptService(
      InboxStore inboxStore,
      BookRequestService requests,
      ActivityLog activityLog,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles) {
    this.inboxStore = inboxStore;
    this.requests = requests;
    this.activityLog = activityLog;
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
  }

  /**
   * Stores acknowledgements. One below the device's stored position is ignored. One above the
   * user's newest message was made before the database was restored, and counts up to that message.
   * Device rows are locked before inbox heads, in the same order as by {@link MessageRetention}.
   *
   * @param positions the number of the last message that each device has, in the order of the
   *     devices
   */
  public void acknowledgePositions(Transaction tx, SortedMap<Device, Long> positions) {
    SortedMap<Device, Long> existing = limitToHeads(tx, positions);
    existing.forEach((device, seq) -> upsertPosition(tx, device, seq));
    existing.forEach(
        (device, seq) ->
            recordReceipts(tx, device.user(), inboxStore.acknowledge(tx, device.user(), seq), seq));
  }

  private SortedMap<Device, Long> limitToHeads(Transaction tx, SortedMap<Device, Long> positions) {
    Map<UserId, Long> heads =
        inboxStore.findHeads(tx, positions.keySet().stream().map(Device::user).distinct().toList());
    var existing = new TreeMap<Device, Long>();
    positions.forEach(
        (device, seq) -> {
          Long head = heads.get(device.user());
          if (head != null) {
            existing.put(device, Math.min(seq, head));
          }
        });
    return existing;
  }

  private static void upsertPosition(Transaction tx, Device device, long seq) {
    tx.update(UPSERT_POSITION, device.session(), device.user(), seq, tx.now());
  }

  private void recordReceipts(Transaction tx, UserId user, long after, long upTo) {
    for (long from = after; from < upTo; from += STEP) {
      List<RequestRevision> revisions =
          inboxStore.revisionsBetween(tx, user, from, Math.min(upTo, from + STEP));
      Set<Long> ids =
          revisions.stream().map(RequestRevision::requestId).collect(Collectors.toSet());
      Set<Long> own = requests.findOwned(tx, user, ids);
      List<RequestRevision> received =
          revisions.stream()
              .filter(requestRevision -> own.contains(requestRevision.requestId()))
              .toList();
      insertReceipts(tx, received);
    }
  }

  private static void insertReceipts(Transaction tx, List<RequestRevision> received) {
    tx.writeAll(
        INSERT_RECEIPT,
        received,
        revision -> ValueReader.values(revision.requestId(), revision.number(), tx.now()));
  }

  /**
   * A change of a request, and when it first reached a device of its supporter.
   *
   * @param kind as in the activity log
   * @param receivedAt null if no device has acknowledged it yet
   */
  public record Receipt(
      int revision, UserId actorId, String kind, Instant createdAt, @Nullable Instant receivedAt) {}

  /** All receipts of a request, oldest first. */
  public record RequestReceipts(List<Receipt> items) {}

  /**
   * The receipts of a request, for the admins of its creator.
   *
   * @throws Problem 404 if the caller may not see the request, 403 for its supporter
   */
  public RequestReceipts listReceipts(Transaction tx, UserId admin, long id) {
    BookRequest request = requests.get(tx, admin, id);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, request.creatorId()), admin);
    Map<Integer, Instant> received =
        tx.query("SELECT revision, received_at FROM receipt WHERE request_id = ?", id)
            .map(row -> row.getInt("revision"), row -> row.getTime("received_at"));
    var receipts = new ArrayList<Receipt>();
    for (ActivityLog.ActivityEvent activityEvent : activityLog.findByRequest(tx, id)) {
      int revision = receipts.size() + 1; // each revision has one activity entry
      receipts.add(
          new Receipt(
              revision,
              activityEvent.actorId(),
              activityEvent.kind(),
              activityEvent.createdAt(),
              received.get(revision)));
    }
    return new RequestReceipts(receipts);
  }

  /**
   * A change that a supporter made to their own request.
   *
   * @param kind as in the activity log
   * @param seen whether it is known to have reached a device of somebody else on the team
   */
  public record SeenStatus(String kind, Instant createdAt, boolean seen) {}

  /** All changes that a supporter made to a request, oldest first. */
  public record SeenStatusList(List<SeenStatus> items) {}

  /**
   * Whether a supporter's changes to their own request have reached the team, without saying whom.
   *
   * @throws Problem 404 if the caller may not see the request, 403 for anyone but its supporter
   */
  public SeenStatusList listSeenByTeam(Transaction tx, UserId user, long id) {
    BookRequest request = requests.get(tx, user, id);
    if (!request.userId().equals(user)) {
      throw Problem.forbidden("Only the supporter who made the request can see this.");
    }
    var others =
        new TreeSet<>(creatorRoles.adminsOf(tx, creatorStore.get(tx, request.creatorId())));
    others.remove(user); // on the team, too
    Set<Integer> seen = inboxStore.receivedRevisions(tx, id, others);
    var own = new ArrayList<SeenStatus>();
    int revision = 0;
    for (ActivityLog.ActivityEvent activityEvent : activityLog.findByRequest(tx, id)) {
      revision++; // each revision has one activity entry
      if (activityEvent.actorId().equals(user)) {
        own.add(
            new SeenStatus(
                activityEvent.kind(), activityEvent.createdAt(), seen.contains(revision)));
      }
    }
    return new SeenStatusList(own);
  }

  /** The positions of these users' devices, without devices that have never acknowledged. */
  Map<Device, Long> findPositions(Transaction tx, Collection<UserId> users) {
    return tx.query(
            "SELECT user_id, token_hash, seq FROM device_position WHERE user_id IN (?)", users)
        .map(
            row -> new Device(row.getUser("user_id"), row.getString("token_hash")),
            row -> row.getLong("seq"));
  }

  /** Returns the highest number that each of these users' devices has acknowledged, by token. */
  public Map<String, Long> findAcknowledged(Transaction tx, Collection<UserId> users) {
    return tx.query("SELECT token_hash, seq FROM device_position WHERE user_id IN (?)", users)
        .map(row -> row.getString("token_hash"), row -> row.getLong("seq"));
  }

  /** Deletes devices that are no longer signed in. */
  void removeDevices(Transaction tx, Collection<Device> gone) {
    if (!gone.isEmpty()) {
      tx.update(
          "DELETE FROM device_position WHERE token_hash IN (?)",
          gone.stream().map(Device::session).toList());
    }
  }
}
