package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Change;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.notification.Notifications.About;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.request.Announcements.Move;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Page;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.TimeText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Book requests: ask, answer, talk. Thread-safe.
 *
 * <p>Every command locks the creator's row first, changes the state by compare-and-set, and ends
 * with the messages of the change, all in the transaction it is handed.
 */
public final class BookRequests {
  /** Of one creator; each supporter has a quota besides. */
  private static final int MOST_PENDING = 100_000;

  private final RequestStore store = new RequestStore();
  private final ReplyStore replies = new ReplyStore();
  private final WordIndex words = new WordIndex();
  private final Creators creators;
  private final Roles roles;
  private final Quotas quotas;
  private final Announcements announcements;
  private final Inbox inbox;

  public BookRequests(
      Creators creators, Roles roles, Quotas quotas, Announcements announcements, Inbox inbox) {
    this.creators = creators;
    this.roles = roles;
    this.quotas = quotas;
    this.announcements = announcements;
    this.inbox = inbox;
  }

  /** What a supporter asks for. */
  public record NewRequest(
      UserId creator,
      String title,
      String author,
      @Nullable String isbn,
      @Nullable String note,
      @Nullable Integer coverId) {}

  /**
   * Asks for a book and takes it from the supporter's quota.
   *
   * @throws Problem 404 for a creator the user may not see, 403 for admins who are no supporters,
   *     409 when the creator is not accepting requests, the quota is used up or the inbox full
   */
  public BookRequest create(Transaction tx, UserId user, NewRequest wanted) {
    CreatorRow creator = creators.lock(tx, wanted.creator());
    requireAccepting(tx, creator, user);
    if (creator.pendingCount() >= MOST_PENDING) {
      throw Problem.full("inbox_full", MOST_PENDING, "pending requests");
    }
    var consumption =
        quotas.consume(tx, creator, user).orElseThrow(() -> noSupporter(tx, creator, user));
    BookRequest request = store.insert(tx, user, wanted);
    words.index(tx, creator.id(), request.id(), WordIndex.Texts.of(request));
    var change = new Change();
    quotas.recordConsumption(tx, consumption, request.id(), request.title(), change);
    CreatorRow counted = creators.addPending(tx, creator, 1);
    announcements.created(tx, counted, request, change);
    inbox.append(tx, change);
    return request;
  }

  private void requireAccepting(Transaction tx, CreatorRow creator, UserId user) {
    if (creator.creator().accepting()) {
      return;
    }
    if (!roles.isSupporter(tx, creator.id(), user)) {
      throw noSupporter(tx, creator, user);
    }
    throw Problem.conflict("not_accepting", creator.creator().name() + " has paused requests.");
  }

  private Problem noSupporter(Transaction tx, CreatorRow creator, UserId user) {
    return roles.noSupporter(
        tx, creator, user, "Only supporters can request books, and you are on the team.");
  }

  /** An admin's decision: the new status, and a word with it. */
  public record Decision(Status status, @Nullable String response) {}

  /**
   * Answers a request. Rejecting gives it back to the quota.
   *
   * @throws Problem 404 for who may not see the request, 403 for its owner (own_request for an
   *     owner on the team), 409 when it is no longer where the answer could apply; the detail names
   *     who was first
   */
  public BookRequest respond(Transaction tx, UserId admin, long id, Decision decision) {
    Locked locked = lock(tx, id);
    requireAdmin(tx, locked, admin);
    var change = new Change();
    return finish(tx, locked, answer(tx, locked, admin, decision, change), change);
  }

  private Move answer(
      Transaction tx, Locked locked, UserId admin, Decision decision, Change change) {
    BookRequest request = locked.request;
    roles.requireOtherThanOwn(locked.creator, admin, request.userId());
    move(tx, request, decision.status());
    boolean keepsWord = decision.status() == Status.COMPLETED && decision.response() == null;
    String word = keepsWord ? request.response() : decision.response();
    store.setResponse(tx, request.id(), word, admin);
    return moved(tx, locked, admin, change);
  }

  /**
   * Answers several requests of a creator alike: each as {@link #respond} would, or not at all,
   * whatever becomes of the others. A supporter with several is notified once.
   *
   * @return what became of each, in the order of the ids
   * @throws Problem as {@link Roles#requireAdmin}
   */
  public List<Outcome> respondAll(
      Transaction tx, UserId admin, UserId creatorId, SortedSet<Long> ids, Decision decision) {
    CreatorRow creator = creators.lock(tx, creatorId);
    roles.requireAdmin(tx, creator, admin);
    var change = new Change();
    var moves = new ArrayList<Move>();
    var outcomes = new ArrayList<Outcome>();
    for (long id : ids) {
      Optional<BookRequest> found =
          store.find(tx, id).filter(each -> each.creatorId().equals(creatorId));
      try {
        Locked locked = new Locked(creator, found.orElseThrow(Problem::notFound));
        Move move = answer(tx, locked, admin, decision, change);
        moves.add(move);
        outcomes.add(Outcome.answered(move.after()));
      } catch (Problem refusal) { // nothing was written yet
        outcomes.add(Outcome.refused(id, refusal, found.orElse(null)));
      }
    }
    announcements.movedTogether(tx, countMoves(tx, creator, moves), moves, change);
    inbox.append(tx, change);
    return outcomes;
  }

  /**
   * What became of one of several requests.
   *
   * @param result "answered" or "refused"
   * @param code of a refusal, as a single answer would have had it
   * @param bookRequest as it is now; null where there is none
   */
  public record Outcome(
      long id,
      String result,
      @Nullable String code,
      @Nullable String detail,
      @Nullable BookRequest bookRequest) {
    static Outcome answered(BookRequest request) {
      return new Outcome(request.id(), "answered", null, null, request);
    }

    static Outcome refused(long id, Problem refusal, @Nullable BookRequest request) {
      return new Outcome(id, "refused", refusal.code(), refusal.getMessage(), request);
    }
  }

  /**
   * Takes back the user's own request, which gives it back to the quota.
   *
   * @throws Problem 404 for who may not see the request, 403 for others than its owner, 409 when it
   *     is no longer pending
   */
  public BookRequest cancel(Transaction tx, UserId owner, long id) {
    Locked locked = lock(tx, id);
    requireVisible(tx, locked, owner);
    if (!locked.request.userId().equals(owner)) {
      throw Problem.forbidden("Only the supporter who made the request can withdraw it.");
    }
    move(tx, locked.request, Status.CANCELLED);
    var change = new Change();
    return finish(tx, locked, moved(tx, locked, owner, change), change);
  }

  private void move(Transaction tx, BookRequest request, Status to) {
    if (!store.move(tx, request.id(), to)) {
      throw Problem.conflict("invalid_transition", whoWasFirst(request, to));
    }
  }

  private static String whoWasFirst(BookRequest request, Status to) {
    String by =
        request.status() == Status.CANCELLED
            ? " by " + request.userName()
            : request.respondedByName() == null ? "" : " by " + request.respondedByName();
    return "The request is "
        + request.status().wireName()
        + by
        + " since "
        + TimeText.of(request.updatedAt())
        + " and cannot become "
        + to.wireName()
        + ".";
  }

  /** The request as it is after its move; given back to the quota if that is due. */
  private Move moved(Transaction tx, Locked before, UserId actor, Change change) {
    BookRequest request = require(tx, before.request.id());
    if (request.refunded()) {
      quotas.refund(
          tx, request.creatorId(), request.userId(), request.id(), request.title(), actor, change);
    }
    return new Move(before.request, request, revision(tx, request), actor);
  }

  private BookRequest finish(Transaction tx, Locked before, Move move, Change change) {
    announcements.moved(tx, countMoves(tx, before.creator, List.of(move)), move, change);
    inbox.append(tx, change);
    return move.after();
  }

  private CreatorRow countMoves(Transaction tx, CreatorRow creator, List<Move> moves) {
    int answered =
        (int) moves.stream().filter(move -> move.before().status() == Status.PENDING).count();
    return answered == 0 ? creator : creators.addPending(tx, creator, -answered);
  }

  /**
   * Adds a word to a request's thread.
   *
   * @throws Problem 404 for who may not see the request, 409 when the thread is full
   */
  public Reply reply(Transaction tx, UserId user, long id, String body) {
    Locked locked = lock(tx, id);
    requireVisible(tx, locked, user);
    if (!replies.add(tx, id, user, body)) {
      throw Problem.conflict(
          "thread_full", "A request can have at most " + ReplyStore.MOST + " replies.");
    }
    BookRequest request = require(tx, id);
    var change = new Change();
    announcements.replied(tx, locked.creator, request, revision(tx, request), change);
    inbox.append(tx, change);
    return request.replies().getLast();
  }

  /**
   * A request's replies, newest first, for its owner and for admins.
   *
   * @throws Problem 404 for who may not see the request
   */
  public Page<Reply> replies(Transaction tx, UserId user, long id, PageRequest page) {
    BookRequest request = require(tx, id);
    requireVisible(tx, new Locked(creators.get(tx, request.creatorId()), request), user);
    return replies.page(tx, id, page);
  }

  /**
   * One request with its newest replies, for its owner and for admins.
   *
   * @throws Problem 404 for who may not see the request
   */
  public BookRequest get(Transaction tx, UserId user, long id) {
    BookRequest request = store.findWithThread(tx, id).orElseThrow(Problem::notFound);
    requireVisible(tx, new Locked(creators.get(tx, request.creatorId()), request), user);
    return request;
  }

  /** The newest requests a user may see. */
  public List<BookRequest> newest(Transaction tx, UserId user, int limit) {
    return store.visible(tx, user, roles.adminOf(tx, user), Filter.NONE, limit);
  }

  /** Those of some requests that a user has asked for. */
  public Set<Long> ownedBy(Transaction tx, UserId user, Collection<Long> ids) {
    return ids.isEmpty() ? Set.of() : store.ownedBy(tx, user, ids);
  }

  /** What is told of these requests in notifications, by id. */
  public Map<Long, About> about(Transaction tx, Set<Long> ids) {
    return store.about(tx, ids);
  }

  private Locked lock(Transaction tx, long id) {
    UserId creatorId = store.creatorOf(tx, id).orElseThrow(Problem::notFound);
    CreatorRow creator = creators.lock(tx, creatorId);
    return new Locked(creator, require(tx, id));
  }

  private void requireVisible(Transaction tx, Locked locked, UserId user) {
    if (!locked.request.userId().equals(user) && !roles.isAdmin(tx, locked.creator, user)) {
      throw Problem.notFound();
    }
  }

  private void requireAdmin(Transaction tx, Locked locked, UserId user) {
    requireVisible(tx, locked, user);
    if (!roles.isAdmin(tx, locked.creator, user)) {
      throw Problem.forbidden("Only the creator and the team can answer requests.");
    }
  }

  private BookRequest require(Transaction tx, long id) {
    return store.find(tx, id).orElseThrow(Problem::notFound);
  }

  private int revision(Transaction tx, BookRequest request) {
    return store.revision(tx, request.id());
  }

  /** A request as it is while its creator's row is locked. */
  private record Locked(CreatorRow creator, BookRequest request) {}
}
