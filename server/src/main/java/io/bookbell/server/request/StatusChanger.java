package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.request.RequestAnnouncer.StatusChange;
import io.bookbell.server.request.RequestLocker.LockedRequest;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/** Changes the status of requests, with the refund and the count that belong to it. Thread-safe. */
final class StatusChanger {
  private final RequestStore store;
  private final QuotaService quotaService;
  private final CreatorStore creatorStore;

  StatusChanger(RequestStore store, QuotaService quotaService, CreatorStore creatorStore) {
    this.store = store;
    this.quotaService = quotaService;
    this.creatorStore = creatorStore;
  }

  /**
   * Stores a request's new status (compare-and-set).
   *
   * @throws Problem 409 if its status doesn't allow it
   */
  void changeStatus(Transaction tx, BookRequest request, Status to) {
    if (!to.reachableFrom().contains(request.status())) {
      throw StatusConflict.problemFor(request, to);
    }
    store.updateStatus(tx, request, to);
  }

  /** Refunds if a refund was prepared, and returns the change. */
  StatusChange complete(
      Transaction tx,
      LockedRequest before,
      BookRequest answered,
      Status to,
      UserId actor,
      OutgoingMessages outgoingMessages) {
    BookRequest request = answered.withStatus(to, tx.now());
    before
        .refund()
        .ifPresent(
            basis ->
                quotaService.refundRequest(
                    tx, basis.get(), request.id(), request.title(), actor, outgoingMessages));
    return new StatusChange(
        before.request(), request, before.revised().revision() + 1, actor, before.followers());
  }

  /** Subtracts the requests that were pending from the creator's count. */
  CreatorRow updatePendingCount(Transaction tx, CreatorRow creator, List<StatusChange> moves) {
    int answered =
        (int)
            moves.stream()
                .filter(statusChange -> statusChange.before().status() == Status.PENDING)
                .count();
    return answered == 0 ? creator : creatorStore.addToPendingCount(tx, creator, -answered);
  }
}
