package io.bookbell.server.request;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Change;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.notification.Notifications;
import io.bookbell.server.notification.Notifications.About;
import io.bookbell.server.notification.Notifications.Occasion;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who is told what of a changed request: the supporter and all admins see the request, admins the
 * pending count, and those whose attention is wanted are notified. Thread-safe.
 */
public final class Announcements {
  private static final int FIRST_REVISION = 1;

  private final FollowerStore followers = new FollowerStore();
  private final Roles roles;
  private final Notifications notifications;
  private final Activity activity;

  public Announcements(Roles roles, Notifications notifications, Activity activity) {
    this.roles = roles;
    this.notifications = notifications;
    this.activity = activity;
  }

  /** A request before and after its status changed. */
  record Move(BookRequest before, BookRequest after, int revision, UserId actor) {}

  void created(Transaction tx, CreatorRow creator, BookRequest request, Change change) {
    Set<UserId> admins = roles.admins(tx, creator);
    update("created", request, FIRST_REVISION, admins, change);
    pendingCount(creator, admins, change);
    String text = request.userName() + " requested “" + request.title() + "”";
    notifications.add(
        tx, occasion(request, "request_created", text, request.userId(), true), admins, change);
    log(tx, request, request.userId(), "request_created");
  }

  void moved(Transaction tx, CreatorRow creator, Move move, Change change) {
    movedTogether(tx, creator, List.of(move), change);
  }

  /** Several at once: admins are told the newest count, each supporter is notified once. */
  void movedTogether(Transaction tx, CreatorRow creator, List<Move> moves, Change change) {
    Set<UserId> admins = roles.admins(tx, creator);
    for (Move move : moves) {
      update("status_changed", move.after, move.revision, admins, change);
      log(tx, move.after, move.actor, kind(move));
    }
    if (moves.stream().anyMatch(move -> move.before.status() == Status.PENDING)) {
      pendingCount(creator, admins, change);
    }
    moves.stream()
        .filter(move -> move.after.status() != Status.CANCELLED)
        .collect(groupingBy(move -> move.after.userId(), TreeMap::new, toList()))
        .values()
        .forEach(theirs -> notifySupporter(tx, theirs, change));
    moves.forEach(move -> tellFollowers(tx, move, change));
  }

  private void notifySupporter(Transaction tx, List<Move> moves, Change change) {
    Move last = moves.getLast();
    BookRequest request = last.after;
    String word = inWords(request.status());
    String text = "“" + request.title() + "” was " + word;
    String kind = kind(last);
    if (moves.size() > 1) {
      text =
          moves.size() + " of your requests were " + word + ", including “" + request.title() + "”";
      kind = kind.replaceFirst("request", "requests");
    }
    notifications.add(
        tx, occasion(request, kind, text, last.actor, false), Set.of(request.userId()), change);
  }

  private static String kind(Move move) {
    return "request_" + move.after.status().wireName();
  }

  private void tellFollowers(Transaction tx, Move move, Change change) {
    BookRequest request = move.after;
    String kind = "followed_request_" + request.status().wireName();
    String end =
        request.status() == Status.CANCELLED
            ? "was withdrawn by the person who requested it"
            : "was " + inWords(request.status());
    String text = "“" + request.title() + "”, which you follow, " + end;
    notifications.add(
        tx,
        occasion(request, kind, text, move.actor, false),
        followers.of(tx, request.id()),
        change);
  }

  /** Who asked and all admins see how many want it; it is no change of the request itself. */
  void followersChanged(Transaction tx, CreatorRow creator, BookRequest request, Change change) {
    var audience = new TreeSet<>(roles.admins(tx, creator));
    audience.add(request.userId());
    change.add(
        MessageType.BOOK_REQUEST_UPDATE,
        Map.of("action", "followers_changed", "book_request", request),
        audience);
  }

  /** As the page says it too. */
  private static String inWords(Status status) {
    return status == Status.REJECTED ? "declined" : status.wireName();
  }

  void replied(
      Transaction tx, CreatorRow creator, BookRequest request, int revision, Change change) {
    Set<UserId> admins = roles.admins(tx, creator);
    update("reply_added", request, revision, admins, change);
    Reply reply = request.replies().getLast();
    boolean bySupporter = reply.userId().equals(request.userId());
    String text = reply.userName() + " replied to “" + request.title() + "”";
    notifications.add(
        tx,
        occasion(request, "reply_added", text, reply.userId(), bySupporter),
        bySupporter ? admins : Set.of(request.userId()),
        change);
    log(tx, request, reply.userId(), "reply_added");
  }

  private static void update(
      String action, BookRequest request, int revision, Set<UserId> admins, Change change) {
    var audience = new TreeSet<>(admins);
    audience.add(request.userId());
    change.addRevision(
        Map.of("action", action, "book_request", request), audience, request.id(), revision);
  }

  private static void pendingCount(CreatorRow creator, Set<UserId> admins, Change change) {
    change.add(
        MessageType.PENDING_COUNT_UPDATE,
        Map.of("creator_id", creator.id(), "pending_count", creator.pendingCount()),
        admins);
  }

  private static Occasion occasion(
      BookRequest request, String kind, String text, UserId actor, boolean toAdmins) {
    var about = new About(request.id(), request.title(), request.userName());
    return new Occasion(request.creatorId(), kind, about, text, actor, toAdmins);
  }

  private void log(Transaction tx, BookRequest request, UserId actor, String kind) {
    activity.recordRequest(tx, request.creatorId(), actor, kind, request.id(), request.title());
  }
}
