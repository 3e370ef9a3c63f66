package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.quota.QuotaService.RefundBasis;
import io.bookbell.server.request.RequestPartiesCache.RequestParties;
import io.bookbell.server.request.RequestStore.RevisedRequest;
import io.bookbell.server.storage.Transaction;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Locks the creator of a request and reads what a change of the request needs, on PostgreSQL in one
 * round trip. A change of the status claims the supporter's membership before it reads anything, so
 * that commands of one supporter that wait together are decided in their order. Thread-safe.
 */
final class RequestLocker {
  private final RequestStore store = new RequestStore();
  private final ReplyStore replies = new ReplyStore();
  private final FollowerStore followers = new FollowerStore();
  private final RequestPartiesCache partiesCache = new RequestPartiesCache();
  private final CreatorStore creatorStore;
  private final QuotaService quotaService;
  private final RequestAnnouncer requestAnnouncer;

  RequestLocker(
      CreatorStore creatorStore, QuotaService quotaService, RequestAnnouncer requestAnnouncer) {
    this.creatorStore = creatorStore;
    this.quotaService = quotaService;
    this.requestAnnouncer = requestAnnouncer;
  }

  /** What a request is locked for. */
  enum Purpose {
    REPLY,
    STATUS_CHANGE,
    REFUND;

    static Purpose of(Status to) {
      return to.refundsQuota() ? REFUND : STATUS_CHANGE;
    }
  }

  /**
   * A request read while its creator's row is locked, and what a change of it needs.
   *
   * @param actorName of the user whose command it is
   * @param actorIsSupporter for a reply, whether the actor is a supporter of the creator; otherwise
   *     true
   * @param followers empty for a reply
   * @param refund present if a refund may follow
   */
  record LockedRequest(
      CreatorRow creator,
      RevisedRequest revised,
      String actorName,
      boolean actorIsSupporter,
      Set<UserId> followers,
      Optional<Supplier<RefundBasis>> refund) {
    BookRequest request() {
      return revised.request();
    }
  }

  /**
   * Locks a request's creator and reads the request. Runs a query at once if the request isn't
   * cached.
   *
   * @throws Problem 404 if there is no such request; the supplier throws it too if the request is
   *     gone or belongs to another creator
   */
  Supplier<LockedRequest> lockRequestLater(Transaction tx, UserId actor, long id, Purpose purpose) {
    RequestParties parties = partiesCache.find(tx, id).orElseThrow(Problem::notFound);
    UserId creatorId = parties.creator();
    Supplier<CreatorRow> creator = creatorStore.lockCreatorLater(tx, creatorId);
    if (purpose != Purpose.REPLY) {
      quotaService.claimMembership(tx, creatorId, parties.supporter());
    }
    Supplier<Optional<LockedRequest>> found = readLater(tx, creatorId, creator, actor, id, purpose);
    return () ->
        found
            .get()
            .filter(locked -> locked.request().creatorId().equals(creatorId))
            .orElseThrow(Problem::notFound);
  }

  /**
   * Reads a request and what the purpose needs, after the creator was locked.
   *
   * @param creatorId whose row is locked; the request may turn out to be another creator's
   */
  Supplier<Optional<LockedRequest>> readLater(
      Transaction tx,
      UserId creatorId,
      Supplier<CreatorRow> creator,
      UserId actor,
      long id,
      Purpose purpose) {
    tx.claim(RequestLocker.class, id);
    var revised = store.findLater(tx, id);
    Supplier<String> actorName = RequestPeople.findNameLater(tx, actor);
    Supplier<Set<UserId>> following =
        purpose == Purpose.REPLY ? Set::of : followers.findFollowersLater(tx, id);
    Optional<Supplier<RefundBasis>> refund =
        purpose == Purpose.REFUND
            ? Optional.of(quotaService.lockRefundLater(tx, creatorId, id))
            : Optional.empty();
    Supplier<Boolean> isSupporter =
        purpose == Purpose.REPLY ? quotaService.isSupporterLater(tx, creatorId, actor) : () -> true;
    if (purpose == Purpose.REPLY) {
      replies.reserveReply(tx);
      requestAnnouncer.reserveAnnouncement(tx, 1);
    } else {
      requestAnnouncer.reserveAnnouncement(tx, 2); // for the supporter, and for followers
    }
    return () -> {
      CreatorRow locked = creator.get();
      return revised
          .get()
          .map(
              found ->
                  new LockedRequest(
                      locked, found, actorName.get(), isSupporter.get(), following.get(), refund));
    };
  }

  /**
   * Like {@link #readLater}, for several requests of the creator, and empty for those of others.
   * Those that are refunded are read when they are asked for: each refund begins with what the one
   * before has left.
   */
  Map<Long, Supplier<Optional<LockedRequest>>> readAllLater(
      Transaction tx,
      UserId creatorId,
      Supplier<CreatorRow> creator,
      UserId actor,
      SortedSet<Long> ids,
      Purpose purpose) {
    var reads = new HashMap<Long, Supplier<Optional<LockedRequest>>>();
    for (long id : ids) {
      Supplier<Optional<LockedRequest>> found =
          purpose == Purpose.REFUND
              ? () -> readLater(tx, creatorId, creator, actor, id, purpose).get()
              : readLater(tx, creatorId, creator, actor, id, purpose);
      reads.put(id, () -> found.get().filter(each -> each.request().creatorId().equals(creatorId)));
    }
    return reads;
  }

  /**
   * Reads the creator of a request: queued if the request is cached, otherwise when it is asked
   * for.
   */
  Function<BookRequest, CreatorRow> readCreatorLater(Transaction tx, long id) {
    var known =
        partiesCache.findKnown(id).map(parties -> creatorStore.getLater(tx, parties.creator()));
    return request ->
        known
            .map(Supplier::get)
            .filter(row -> row.id().equals(request.creatorId()))
            .orElseGet(() -> creatorStore.get(tx, request.creatorId()));
  }

  /** Caches the request's creator and supporter. Call after the commit. */
  void rememberParties(BookRequest request) {
    partiesCache.remember(request.id(), new RequestParties(request.creatorId(), request.userId()));
  }

  /** Called when the epoch changes, because a restored database may use ids for other requests. */
  void clearCache() {
    partiesCache.clear();
  }
}
