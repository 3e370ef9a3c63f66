package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;

/**
 * Following what another supporter asked for, instead of asking once more. Costs nothing. Whoever
 * follows is told how it ends, and learns neither who asked nor what was said. Thread-safe.
 */
public final class FollowService {
  private static final int MOST = 500;

  private final RequestStore store = new RequestStore();
  private final FollowerStore followers = new FollowerStore();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final AskedBookService asked;
  private final RequestAnnouncer requestAnnouncer;
  private final InboxStore inboxStore;

  public FollowService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      AskedBookService asked,
      RequestAnnouncer requestAnnouncer,
      InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.asked = asked;
    this.requestAnnouncer = requestAnnouncer;
    this.inboxStore = inboxStore;
  }

  /**
   * Begins to follow; done already, it changes nothing.
   *
   * @throws Problem 404 for a request that is not shown to the user, 403 for admins who are no
   *     supporters, 409 for the user's own, for one that is completed, and for more than one may
   *     follow
   */
  public AskedBook follow(Transaction tx, UserId user, long id) {
    CreatorRow creator = lockCreatorOf(tx, id);
    if (!creatorRoles.isSupporter(tx, creator.id(), user)) {
      throw creatorRoles.noSupporter(
          tx, creator, user, "Only supporters can follow requests, and you are on the team.");
    }
    return asked
        .followed(tx, user, id)
        .orElseGet(
            () -> {
              BookRequest request = require(tx, id);
              requireFollowable(creator, request, user);
              if (followers.numberOf(tx, user) >= MOST) {
                throw Problem.full("too_many_follows", MOST, "requests you follow");
              }
              followers.add(tx, request, user);
              announce(tx, creator, id);
              return asked.followed(tx, user, id).orElseThrow();
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
   * Ends it; without any, it changes nothing.
   *
   * @throws Problem 404 for a request that is not shown to the user
   */
  public void unfollow(Transaction tx, UserId user, long id) {
    CreatorRow creator = lockCreatorOf(tx, id);
    creatorRoles.requireMember(tx, creator, user);
    if (followers.remove(tx, id, user)) {
      announce(tx, creator, id);
    } else if (!creatorRoles.isAdmin(tx, creator, user)) {
      requireShown(creator, require(tx, id), user);
    }
  }

  private static void requireShown(CreatorRow creator, BookRequest request, UserId user) {
    boolean shown =
        creator.creator().showsAsked() && AskedBookService.SHOWN.contains(request.status());
    if (!shown && !request.userId().equals(user)) {
      throw Problem.notFound();
    }
  }

  private void announce(Transaction tx, CreatorRow creator, long id) {
    var outgoingMessages = new OutgoingMessages();
    requestAnnouncer.followersChanged(tx, creator, require(tx, id), outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }

  private CreatorRow lockCreatorOf(Transaction tx, long id) {
    return creatorStore.lock(tx, store.creatorOf(tx, id).orElseThrow(Problem::notFound));
  }

  private BookRequest require(Transaction tx, long id) {
    return store.find(tx, id).orElseThrow(Problem::notFound);
  }
}
