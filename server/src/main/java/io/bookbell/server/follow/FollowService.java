package io.bookbell.server.follow;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.StateVersions;
import io.bookbell.server.creator.StateVersions.StateVersion;
import io.bookbell.server.http.Problem;
import io.bookbell.server.json.Json;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.FollowerStore;
import io.bookbell.server.request.RequestStore;
import io.bookbell.server.request.RequestedBook;
import io.bookbell.server.request.RequestedBookService;
import io.bookbell.server.request.Status;
import io.bookbell.server.storage.Transaction;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Follows another supporter's request instead of making one for the same book. It uses no quota.
 * Followers are notified of status changes, but learn neither who made the request nor what was
 * said. Thread-safe.
 */
public final class FollowService {
  private static final int MAX_FOLLOWED = 500;
  private static final String FOLLOWERS_UPDATE = "followers_update";

  private final RequestStore store = new RequestStore();
  private final FollowerStore followers = new FollowerStore();
  private final StateVersions stateVersions = new StateVersions();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final RequestedBookService requestedBooks;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * Creates the service.
   *
   * @param broadcast sends an unnumbered message to users, after the commit
   */
  public FollowService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      RequestedBookService requestedBooks,
      BiConsumer<Message, Set<UserId>> broadcast) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.requestedBooks = requestedBooks;
    this.broadcast = broadcast;
  }

  /**
   * Follows a request; no effect if the user already follows it.
   *
   * @throws Problem 404 for a request that isn't shown to the user, 403 for admins who aren't
   *     supporters, 409 for the user's own request, for a completed one, and when the user follows
   *     the maximum number
   */
  public RequestedBook followRequest(Transaction tx, UserId user, long id) {
    CreatorRow creator = lockCreatorOf(tx, id);
    if (!creatorRoles.isSupporter(tx, creator.id(), user)) {
      throw creatorRoles.notSupporterProblem(
          tx, creator, user, "Only supporters can follow requests, and you are on the team.");
    }
    return requestedBooks
        .findFollowed(tx, user, id)
        .orElseGet(
            () -> {
              BookRequest request = requireRequest(tx, id);
              requireFollowable(creator, request, user);
              if (followers.countByUser(tx, user) >= MAX_FOLLOWED) {
                throw Problem.limitReached("too_many_follows", MAX_FOLLOWED, "requests you follow");
              }
              followers.insertFollower(tx, request, user);
              broadcastFollowers(tx, creator, id);
              return requestedBooks.findFollowed(tx, user, id).orElseThrow();
            });
  }

  private static void requireFollowable(CreatorRow creator, BookRequest request, UserId user) {
    if (request.userId().equals(user)) {
      throw Problem.conflict("own_request", "This is your own request.");
    }
    requireShown(creator, request, user);
    if (request.status() == Status.COMPLETED) {
      throw Problem.conflict("request_closed", "This request is already completed.");
    }
  }

  /**
   * Stops following a request; no effect if the user doesn't follow it.
   *
   * @throws Problem 404 for a request that isn't shown to the user
   */
  public void unfollowRequest(Transaction tx, UserId user, long id) {
    CreatorRow creator = lockCreatorOf(tx, id);
    creatorRoles.requireMember(tx, creator, user);
    if (followers.deleteFollower(tx, id, user)) {
      broadcastFollowers(tx, creator, id);
    } else if (!creatorRoles.isAdmin(tx, creator, user)) {
      requireShown(creator, requireRequest(tx, id), user);
    }
  }

  /** Stops following all requests to a locked creator. */
  public void unfollowAll(Transaction tx, UserId user, CreatorRow creator) {
    for (long id : followers.findFollowedOf(tx, user, creator.id())) {
      followers.deleteFollower(tx, id, user);
      broadcastFollowers(tx, creator, id);
    }
  }

  private static void requireShown(CreatorRow creator, BookRequest request, UserId user) {
    boolean shown =
        creator.creator().showsAsked() && RequestedBookService.SHOWN.contains(request.status());
    if (!shown && !request.userId().equals(user)) {
      throw Problem.notFound();
    }
  }

  /**
   * Tells the supporter and all admins the new number of followers once it is committed. The
   * request's revision stays the same.
   */
  private void broadcastFollowers(Transaction tx, CreatorRow creator, long id) {
    Delivery update =
        toDelivery(tx, creator, stateVersions.increment(tx, creator.id(), FOLLOWERS_UPDATE, id));
    tx.afterCommit(() -> broadcast.accept(update.message(), update.unnumbered()));
  }

  /** Returns the message with a request's number of followers, for those who may see it now. */
  public Delivery toDelivery(Transaction tx, StateVersion changed) {
    return toDelivery(tx, creatorStore.get(tx, changed.creatorId()), changed);
  }

  private Delivery toDelivery(Transaction tx, CreatorRow creator, StateVersion changed) {
    BookRequest request = requireRequest(tx, changed.requestId());
    var audience = new TreeSet<>(creatorRoles.adminsOf(tx, creator));
    audience.add(request.userId());
    var update =
        new FollowersUpdate(FOLLOWERS_UPDATE, creator.id(), request.id(), request.followers());
    return Delivery.unnumbered(
        Message.state(changed.key(), changed.version(), Json.writeAsBytes(update)), audience);
  }

  private record FollowersUpdate(
      String type, UserId creatorId, long bookRequestId, int followers) {}

  private CreatorRow lockCreatorOf(Transaction tx, long id) {
    return creatorStore.lockCreator(tx, store.findCreatorId(tx, id).orElseThrow(Problem::notFound));
  }

  private BookRequest requireRequest(Transaction tx, long id) {
    return store.findById(tx, id).orElseThrow(Problem::notFound);
  }
}
