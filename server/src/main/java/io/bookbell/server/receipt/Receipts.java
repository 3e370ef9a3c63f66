package io.bookbell.server.receipt;

import static io.bookbell.server.storage.schema.Tables.DEVICE_POSITION;
import static io.bookbell.server.storage.schema.Tables.RECEIPT;
import static org.jooq.impl.DSL.excluded;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.inbox.Inbox.Revision;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.BookRequests;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;
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
 * How far each device has said that it has its user's messages, and when the changes of a request
 * first reached a device of its supporter. Thread-safe: it keeps nothing between calls.
 */
public final class Receipts {
  /** How many messages are looked through at once. */
  private static final int STEP = 500;

  private final Inbox inbox;
  private final BookRequests requests;
  private final Activity activity;
  private final Creators creators;
  private final Roles roles;

  public Receipts(
      Inbox inbox, BookRequests requests, Activity activity, Creators creators, Roles roles) {
    this.inbox = inbox;
    this.requests = requests;
    this.activity = activity;
    this.creators = creators;
    this.roles = roles;
  }

  /**
   * Notes what devices say that they have. A device that says less than before is ignored. Rows of
   * devices are locked before inbox heads, as by {@link Retention}.
   *
   * @param positions the number of the last message each has, in the order of the devices
   */
  public void acknowledge(Transaction tx, SortedMap<Device, Long> positions) {
    positions.forEach((device, seq) -> notePosition(tx, device, seq));
    positions.forEach(
        (device, seq) ->
            noteReceipts(tx, device.user(), inbox.acknowledge(tx, device.user(), seq), seq));
  }

  private static void notePosition(Transaction tx, Device device, long seq) {
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

  private void noteReceipts(Transaction tx, UserId user, long after, long upTo) {
    for (long from = after; from < upTo; from += STEP) {
      List<Revision> revisions = inbox.revisions(tx, user, from, Math.min(upTo, from + STEP));
      Set<Long> ids = revisions.stream().map(Revision::requestId).collect(Collectors.toSet());
      Set<Long> own = requests.ownedBy(tx, user, ids);
      List<Revision> received =
          revisions.stream().filter(revision -> own.contains(revision.requestId())).toList();
      insert(tx, received);
    }
  }

  private static void insert(Transaction tx, List<Revision> received) {
    if (received.isEmpty()) {
      return;
    }
    var rows =
        tx.sql().insertInto(RECEIPT, RECEIPT.REQUEST_ID, RECEIPT.REVISION, RECEIPT.RECEIVED_AT);
    for (Revision revision : received) {
      rows = rows.values(revision.requestId(), revision.number(), tx.now());
    }
    rows.onConflictDoNothing().execute();
  }

  /**
   * What was done to a request, and when a device of its supporter first had it.
   *
   * @param kind as in the activity log
   * @param receivedAt null: no device has said so yet
   */
  public record Receipt(
      int revision, UserId actorId, String kind, Instant createdAt, @Nullable Instant receivedAt) {}

  /** All receipts of a request, oldest first. */
  public record OfRequest(List<Receipt> items) {}

  /**
   * The receipts of a request, for the admins of its creator.
   *
   * @throws Problem 404 for who may not see the request, 403 for its supporter
   */
  public OfRequest ofRequest(Transaction tx, UserId admin, long id) {
    BookRequest request = requests.get(tx, admin, id);
    roles.requireAdmin(tx, creators.get(tx, request.creatorId()), admin);
    Map<Integer, Instant> received =
        tx.sql()
            .select(RECEIPT.REVISION, RECEIPT.RECEIVED_AT)
            .from(RECEIPT)
            .where(RECEIPT.REQUEST_ID.eq(id))
            .fetchMap(RECEIPT.REVISION, RECEIPT.RECEIVED_AT);
    var receipts = new ArrayList<Receipt>();
    for (Activity.Deed deed : activity.ofRequest(tx, id)) {
      int revision = receipts.size() + 1; // each revision has one line of activity
      receipts.add(
          new Receipt(
              revision, deed.actorId(), deed.kind(), deed.createdAt(), received.get(revision)));
    }
    return new OfRequest(receipts);
  }

  /**
   * What a supporter did to their own request.
   *
   * @param kind as in the activity log
   * @param seen whether a device of somebody on the team has it
   */
  public record Seen(String kind, Instant createdAt, boolean seen) {}

  /** All that a supporter did to a request, oldest first. */
  public record SeenByTeam(List<Seen> items) {}

  /**
   * Whether the team has what a supporter did to their own request; not who of the team.
   *
   * @throws Problem 404 for who may not see the request, 403 for others than its supporter
   */
  public SeenByTeam seenByTeam(Transaction tx, UserId user, long id) {
    BookRequest request = requests.get(tx, user, id);
    if (!request.userId().equals(user)) {
      throw Problem.forbidden("Only the supporter who made the request can see this.");
    }
    Set<UserId> admins = roles.admins(tx, creators.get(tx, request.creatorId()));
    Set<Integer> unseen = inbox.unreceived(tx, id, admins);
    var own = new ArrayList<Seen>();
    int revision = 0;
    for (Activity.Deed deed : activity.ofRequest(tx, id)) {
      revision++; // each revision has one line of activity
      if (deed.actorId().equals(user)) {
        own.add(new Seen(deed.kind(), deed.createdAt(), !unseen.contains(revision)));
      }
    }
    return new SeenByTeam(own);
  }

  /** How far the devices of these users are; a device that has said nothing is not there. */
  Map<Device, Long> positions(Transaction tx, Collection<UserId> users) {
    var positions = new HashMap<Device, Long>();
    tx.sql()
        .select(DEVICE_POSITION.USER_ID, DEVICE_POSITION.TOKEN_HASH, DEVICE_POSITION.SEQ)
        .from(DEVICE_POSITION)
        .where(DEVICE_POSITION.USER_ID.in(users))
        .forEach(
            row -> positions.put(new Device(row.value1(), row.value2()), row.value3().longValue()));
    return positions;
  }

  /** Forgets devices that are signed in no more. */
  void forget(Transaction tx, Collection<Device> gone) {
    if (!gone.isEmpty()) {
      tx.sql()
          .deleteFrom(DEVICE_POSITION)
          .where(DEVICE_POSITION.TOKEN_HASH.in(gone.stream().map(Device::session).toList()))
          .execute();
    }
  }
}
