package io.bookbell.server.request;

import static java.util.Objects.requireNonNull;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.request.RequestAnnouncer.Requester;
import io.bookbell.server.request.RequestAnnouncer.StatusChange;
import io.bookbell.server.request.RequestLocker.LockedRequest;
import io.bookbell.server.request.RequestLocker.Purpose;
import io.bookbell.server.request.RequestPeople.SupporterFacts;
import io.bookbell.server.storage.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The commands on book requests: create, decide, reply, withdraw. Thread-safe.
 *
 * <p>Every command locks the creator's row first, changes the state by compare-and-set and appends
 * the messages of the change, all in the given transaction.
 */
public final class BookRequestService {
  private final RequestStore store = new RequestStore();

  private final ReplyStore replies = new ReplyStore();
  private final WordIndex words = new WordIndex();
  private final RequestLocker requestLocker;
  private final StatusChanger statusChanger;
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final QuotaService quotaService;
  private final RequestAnnouncer requestAnnouncer;
  private final InboxStore inboxStore;

  public BookRequestService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      QuotaService quotaService,
      RequestAnnouncer requestAnnouncer,
      InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.quotaService = quotaService;
    this.requestAnnouncer = requestAnnouncer;
    this.inboxStore = inboxStore;
    this.statusChanger = new StatusChanger(store, quotaService, creatorStore);
    this.requestLocker = new RequestLocker(creatorStore, quotaService, requestAnnouncer);
  }

  /**
   * Creates a request and takes it from the supporter's quota. Team members who manage people may
   * do so for a supporter.
   *
   * @throws Problem 404 for users without a role with this creator, and when it is for somebody who
   *     isn't a supporter, 403 for admins who aren't supporters, 409 when the creator isn't
   *     accepting requests, the quota is used up, or the supporter or the creator has the maximum
   *     number of pending requests
   */
  public BookRequest create(Transaction tx, UserId user, NewRequest wanted) {
    return prepareCreate(tx, user, wanted).get();
  }

  /** The first step of {@link #create}, a {@link io.bookbell.server.storage.WriteCommand}. */
  Supplier<BookRequest> prepareCreate(Transaction tx, UserId actor, NewRequest wanted) {
    UserId user = wanted.supporterOr(actor);
    boolean onBehalf = !user.equals(actor);
    Supplier<CreatorRow> creatorRow = creatorStore.lockCreatorLater(tx, wanted.creator());
    var membership = quotaService.lockMembershipLater(tx, wanted.creator(), user);
    Supplier<SupporterFacts> supporter =
        RequestPeople.findSupporterLater(tx, wanted.creator(), user);
    Supplier<String> actorName =
        onBehalf ? RequestPeople.findNameLater(tx, actor) : () -> supporter.get().name();
    store.reserveRequest(tx);
    requestAnnouncer.reserveAnnouncement(tx, onBehalf ? 2 : 1);
    return () -> {
      CreatorRow creator = creatorRow.get();
      if (onBehalf) {
        creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
      }
      var locked =
          membership
              .get()
              .orElseThrow(
                  () -> onBehalf ? Problem.notFound() : notSupporterProblem(tx, creator, user));
      OpenRequestLimits.requireRoom(creator, locked.tier(), supporter.get().open());
      var consumption = quotaService.consumeRequest(tx, locked);
      Status status = locked.tier().autoApprove() ? Status.APPROVED : Status.PENDING;
      CreatorRow counted =
          status == Status.PENDING ? creatorStore.addToPendingCount(tx, creator, 1) : creator;
      BookRequest request = store.insertRequest(tx, user, supporter.get().name(), wanted, status);
      words.indexRequest(tx, creator.id(), request.id(), WordIndex.IndexedTexts.of(request));
      var outgoingMessages = new OutgoingMessages();
      quotaService.recordConsumption(
          tx, consumption, request.id(), request.title(), actor, outgoingMessages);
      requestAnnouncer.announceCreated(
          tx, counted, request, new Requester(actor, actorName.get()), outgoingMessages);
      inboxStore.append(tx, outgoingMessages);
      tx.afterCommit(() -> requestLocker.rememberParties(request));
      return request;
    };
  }

  private Problem notSupporterProblem(Transaction tx, CreatorRow creator, UserId user) {
    return creatorRoles.notSupporterProblem(
        tx, creator, user, "Only supporters can request books, and you are on the team.");
  }

  /**
   * Applies an admin's decision to a request. A rejection refunds it.
   *
   * @throws Problem 404 for users who may not see the request, 403 for its supporter (own_request
   *     if on the team), 409 when the status no longer allows the decision; the detail says who was
   *     first
   */
  public BookRequest respondToRequest(Transaction tx, UserId admin, long id, Decision decision) {
    return prepareResponse(tx, admin, id, decision).get();
  }

  /** The first step of {@link #respondToRequest}. */
  Supplier<BookRequest> prepareResponse(Transaction tx, UserId admin, long id, Decision decision) {
    Supplier<LockedRequest> locked =
        requestLocker.lockRequestLater(tx, admin, id, Purpose.of(decision.status()));
    return () -> respond(tx, locked.get(), admin, decision);
  }

  private BookRequest respond(
      Transaction tx, LockedRequest lockedRequest, UserId admin, Decision decision) {
    requireAdmin(tx, lockedRequest, admin);
    var outgoingMessages = new OutgoingMessages();
    return publishStatusChange(
        tx,
        lockedRequest,
        applyDecision(tx, lockedRequest, admin, decision, outgoingMessages),
        outgoingMessages);
  }

  private StatusChange applyDecision(
      Transaction tx,
      LockedRequest lockedRequest,
      UserId admin,
      Decision decision,
      OutgoingMessages outgoingMessages) {
    BookRequest request = lockedRequest.request();
    creatorRoles.requireNotOwner(lockedRequest.creator(), admin, request.userId());
    decision.requireExpected(request);
    statusChanger.changeStatus(tx, request, decision.status());
    boolean keepsWord = decision.status() == Status.COMPLETED && decision.response() == null;
    String word = keepsWord ? request.response() : decision.response();
    store.updateResponse(tx, request.id(), word, admin);
    BookRequest answered = request.withResponse(word, admin, lockedRequest.actorName());
    return statusChanger.complete(
        tx, lockedRequest, answered, decision.status(), admin, outgoingMessages);
  }

  /**
   * Applies one decision to several requests of a creator. Each succeeds or fails as {@link
   * #respondToRequest} would, independently of the others. A supporter with several of them is
   * notified once.
   *
   * @return the outcome of each, in the order of the ids
   * @throws Problem as {@link CreatorRoles#requireAdmin}
   */
  public List<DecisionOutcome> respondToAll(
      Transaction tx, UserId admin, UserId creatorId, SortedSet<Long> ids, Decision decision) {
    Supplier<CreatorRow> locked = creatorStore.lockCreatorLater(tx, creatorId);
    var reads =
        requestLocker.readAllLater(
            tx, creatorId, locked, admin, ids, Purpose.of(decision.status()));
    CreatorRow creator = locked.get();
    creatorRoles.requireAdmin(tx, creator, admin);
    var outgoingMessages = new OutgoingMessages();
    var moves = new ArrayList<StatusChange>();
    var outcomes = new ArrayList<DecisionOutcome>();
    for (long id : ids) {
      Optional<LockedRequest> found = requireNonNull(reads.get(id)).get();
      try {
        LockedRequest lockedRequest = found.orElseThrow(Problem::notFound);
        StatusChange statusChange =
            applyDecision(tx, lockedRequest, admin, decision, outgoingMessages);
        moves.add(statusChange);
        outcomes.add(DecisionOutcome.ofAnswer(statusChange.after()));
      } catch (Problem refusal) { // nothing of this one has been written yet
        outcomes.add(
            DecisionOutcome.ofRefusal(id, refusal, found.map(LockedRequest::request).orElse(null)));
      }
    }
    requestAnnouncer.announceStatusChanges(
        tx, statusChanger.updatePendingCount(tx, creator, moves), moves, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
    return outcomes;
  }

  /**
   * Withdraws a supporter's pending requests to a locked creator, all of which are refunded.
   *
   * @param actor the supporter, or the admin who removes the supporter
   * @return the creator's row with the new pending count
   */
  public CreatorRow withdrawAll(Transaction tx, UserId actor, UserId owner, CreatorRow creator) {
    var outgoingMessages = new OutgoingMessages();
    var moves = new ArrayList<StatusChange>();
    var ids = new TreeSet<>(store.findPending(tx, creator.id(), owner));
    var reads =
        requestLocker.readAllLater(
            tx, creator.id(), () -> creator, actor, ids, Purpose.STATUS_CHANGE);
    for (long id : ids) {
      LockedRequest lockedRequest = requireNonNull(reads.get(id)).get().orElseThrow();
      statusChanger.changeStatus(tx, lockedRequest.request(), Status.CANCELLED);
      moves.add(withdraw(tx, lockedRequest, actor, outgoingMessages));
    }
    if (moves.isEmpty()) {
      return creator;
    }
    Map<Long, String> titles = new TreeMap<>();
    moves.forEach(withdrawn -> titles.put(withdrawn.after().id(), withdrawn.after().title()));
    quotaService.refundAll(tx, creator.id(), owner, titles, actor, outgoingMessages);
    CreatorRow counted = statusChanger.updatePendingCount(tx, creator, moves);
    requestAnnouncer.announceStatusChanges(tx, counted, moves, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
    return counted;
  }

  private StatusChange withdraw(
      Transaction tx, LockedRequest before, UserId actor, OutgoingMessages outgoingMessages) {
    return statusChanger.complete(
        tx, before, before.request(), Status.CANCELLED, actor, outgoingMessages);
  }

  /**
   * Withdraws the user's own request, which refunds it.
   *
   * @throws Problem 404 for users who may not see the request, 403 for admins, 409 when it is no
   *     longer pending
   */
  public BookRequest cancelRequest(Transaction tx, UserId owner, long id) {
    return prepareCancel(tx, owner, id).get();
  }

  /** The first step of {@link #cancelRequest}. */
  Supplier<BookRequest> prepareCancel(Transaction tx, UserId owner, long id) {
    Supplier<LockedRequest> locked = requestLocker.lockRequestLater(tx, owner, id, Purpose.REFUND);
    return () -> cancel(tx, locked.get(), owner);
  }

  private BookRequest cancel(Transaction tx, LockedRequest lockedRequest, UserId owner) {
    requireVisible(tx, lockedRequest, owner);
    if (!lockedRequest.request().userId().equals(owner)) {
      throw Problem.forbidden("Only the supporter who made the request can withdraw it.");
    }
    statusChanger.changeStatus(tx, lockedRequest.request(), Status.CANCELLED);
    var outgoingMessages = new OutgoingMessages();
    return publishStatusChange(
        tx, lockedRequest, withdraw(tx, lockedRequest, owner, outgoingMessages), outgoingMessages);
  }

  private BookRequest publishStatusChange(
      Transaction tx,
      LockedRequest before,
      StatusChange statusChange,
      OutgoingMessages outgoingMessages) {
    requestAnnouncer.announceStatusChange(
        tx,
        statusChanger.updatePendingCount(tx, before.creator(), List.of(statusChange)),
        statusChange,
        outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
    return statusChange.after();
  }

  /**
   * Adds a reply to a request's thread.
   *
   * @throws Problem 404 for users who may not see the request, 409 when the thread is full
   */
  public Reply addReply(Transaction tx, UserId user, long id, String body) {
    return prepareReply(tx, user, id, body).get();
  }

  /** The first step of {@link #addReply}. */
  Supplier<Reply> prepareReply(Transaction tx, UserId user, long id, String body) {
    Supplier<LockedRequest> locked = requestLocker.lockRequestLater(tx, user, id, Purpose.REPLY);
    return () -> reply(tx, locked.get(), user, body);
  }

  private Reply reply(Transaction tx, LockedRequest lockedRequest, UserId user, String body) {
    requireVisible(tx, lockedRequest, user);
    if (!lockedRequest.actorIsSupporter()
        && !creatorRoles.isAdmin(tx, lockedRequest.creator(), user)) {
      throw Problem.forbidden("You no longer support this creator.");
    }
    Reply reply =
        replies
            .insertReply(tx, lockedRequest.request(), user, lockedRequest.actorName(), body)
            .orElseThrow(
                () ->
                    Problem.conflict(
                        "thread_full",
                        "A request can have at most "
                            + ReplyStore.MAX_REPLIES_PER_REQUEST
                            + " replies."));
    BookRequest request = lockedRequest.request().withNewReply(reply, RequestStore.REPLIES_OF_EACH);
    var outgoingMessages = new OutgoingMessages();
    requestAnnouncer.announceReply(
        tx,
        lockedRequest.creator(),
        request,
        lockedRequest.revised().revision() + 1,
        outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
    return reply;
  }

  /**
   * Returns a page of a request's replies, newest first; for its supporter and for admins.
   *
   * @throws Problem 404 for users who may not see the request
   */
  public ListPage<Reply> listReplies(Transaction tx, UserId user, long id, PageRequest page) {
    var found = replies.findPageLater(tx, id, page);
    get(tx, user, id);
    return found.get();
  }

  /**
   * Returns one request with its newest replies; for its supporter and for admins.
   *
   * @throws Problem 404 for users who may not see the request
   */
  public BookRequest get(Transaction tx, UserId user, long id) {
    var creator = requestLocker.readCreatorLater(tx, id);
    BookRequest request = store.findWithThread(tx, id).orElseThrow(Problem::notFound);
    tx.afterCommit(() -> requestLocker.rememberParties(request));
    if (!request.userId().equals(user)) { // supporters keep theirs when the creator is closed
      requireVisible(tx, creator.apply(request), request, user);
    }
    return request;
  }

  /** Returns the newest requests that a user may see. */
  public List<BookRequest> listNewest(Transaction tx, UserId user, int limit) {
    return store.findVisible(
        tx, user, creatorRoles.administeredCreators(tx, user), RequestFilter.NONE, limit);
  }

  /** Returns those of the given requests that a user has made. */
  public Set<Long> findOwned(Transaction tx, UserId user, Collection<Long> ids) {
    return ids.isEmpty() ? Set.of() : store.findOwned(tx, user, ids);
  }

  /** Returns the ids for which a request exists. */
  public Set<Long> findExisting(Transaction tx, Collection<Long> ids) {
    return RequestStore.findExisting(tx, ids);
  }

  /** Returns the ids for which a reply exists. */
  public Set<Long> findExistingReplies(Transaction tx, Collection<Long> ids) {
    return ReplyStore.findExisting(tx, ids);
  }

  /** Called when the epoch changes, because a restored database may use ids for other requests. */
  public void clearCaches() {
    requestLocker.clearCache();
  }

  private void requireVisible(Transaction tx, LockedRequest lockedRequest, UserId user) {
    requireVisible(tx, lockedRequest.creator(), lockedRequest.request(), user);
  }

  private void requireVisible(
      Transaction tx, CreatorRow creator, BookRequest request, UserId user) {
    if (!request.userId().equals(user) && !creatorRoles.isAdmin(tx, creator, user)) {
      throw Problem.notFound();
    }
  }

  private void requireAdmin(Transaction tx, LockedRequest lockedRequest, UserId user) {
    requireVisible(tx, lockedRequest, user);
    if (!creatorRoles.isAdmin(tx, lockedRequest.creator(), user)) {
      throw Problem.forbidden("Only the creator and the team can answer requests.");
    }
  }
}
