package io.bookbell.server.receipt;

import static io.bookbell.server.storage.schema.Tables.DEVICE_POSITION;
import static io.bookbell.server.storage.schema.Tables.RECEIPT;
import static org.jooq.impl.DSL.excluded;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores each device's position, and receipts: when a change of a request first reached a device of
 * its supporter. Thread-safe and stateless.
 */
public final class ReceiptService {
  /** How many sequence numbers are processed at once. */
  private static final int STEP = 500;

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
   * Stores acknowledgements. One below the device's stored position is ignored. Device rows are
   * locked before inbox heads, in the same order as by {@link MessageRetention}.
   *
   * @param positions the number of the last message that each device has, in the order of the
   *     devices
   */
  public void acknowledgePositions(Transaction tx, SortedMap<Device, Long> positions) {
    positions.forEach((device, seq) -> upsertPosition(tx, device, seq));
    positions.forEach(
        (device, seq) ->
            recordReceipts(tx, device.user(), inboxStore.acknowledge(tx, device.user(), seq), seq));
  }

  private static void upsertPosition(Transaction tx, Device device, long seq) {
    tx.sql()
        .insertInto(DEVICE_POSITION)
        .set(DEVICE_POSITION.TOKEN_HASH, device.session())
        .set(DEVICE_POSITION.USER_ID, device.user())
        .set(DEVICE_POSITION.SEQ, seq)
        .set(DEVICE_POSITION.ACKNOWLEDGED_AT, tx.now())
        .onConflict(DEVICE_POSITION.TOKEN_HASH)
        .doUpdate()
        .set(DEVICE_POSITION.SEQ, excluded(DEVICE_POSITION.SEQ))
        .set(DEVICE_POSITION.ACKNOWLEDGED_AT, excluded(DEVICE_POSITION.ACKNOWLEDGED_AT))
        .where(DEVICE_POSITION.SEQ.lt(excluded(DEVICE_POSITION.SEQ)))
        .execute();
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
    if (received.isEmpty()) {
      return;
    }
    var rows =
        tx.sql().insertInto(RECEIPT, RECEIPT.REQUEST_ID, RECEIPT.REVISION, RECEIPT.RECEIVED_AT);
    for (RequestRevision requestRevision : received) {
      rows = rows.values(requestRevision.requestId(), requestRevision.number(), tx.now());
    }
    rows.onConflictDoNothing().execute();
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
        tx.sql()
            .select(RECEIPT.REVISION, RECEIPT.RECEIVED_AT)
            .from(RECEIPT)
            .where(RECEIPT.REQUEST_ID.eq(id))
            .fetchMap(RECEIPT.REVISION, RECEIPT.RECEIVED_AT);
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
   * @param seen whether it has reached a device of somebody on the team
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
    Set<UserId> admins = creatorRoles.adminsOf(tx, creatorStore.get(tx, request.creatorId()));
    Set<Integer> unseen = inboxStore.unreceivedRevisions(tx, id, admins);
    var own = new ArrayList<SeenStatus>();
    int revision = 0;
    for (ActivityLog.ActivityEvent activityEvent : activityLog.findByRequest(tx, id)) {
      revision++; // each revision has one activity entry
      if (activityEvent.actorId().equals(user)) {
        own.add(
            new SeenStatus(
                activityEvent.kind(), activityEvent.createdAt(), !unseen.contains(revision)));
      }
    }
    return new SeenStatusList(own);
  }

  /** The positions of these users' devices, without devices that have never acknowledged. */
  Map<Device, Long> findPositions(Transaction tx, Collection<UserId> users) {
    var positions = new HashMap<Device, Long>();
    tx.sql()
        .select(DEVICE_POSITION.USER_ID, DEVICE_POSITION.TOKEN_HASH, DEVICE_POSITION.SEQ)
        .from(DEVICE_POSITION)
        .where(DEVICE_POSITION.USER_ID.in(users))
        .forEach(
            row -> positions.put(new Device(row.value1(), row.value2()), row.value3().longValue()));
    return positions;
  }

  /** Deletes devices that are no longer signed in. */
  void removeDevices(Transaction tx, Collection<Device> gone) {
    if (!gone.isEmpty()) {
      tx.sql()
          .deleteFrom(DEVICE_POSITION)
          .where(DEVICE_POSITION.TOKEN_HASH.in(gone.stream().map(Device::session).toList()))
          .execute();
    }
  }
}
