package io.bookbell.server.request;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.OnBehalfDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;
import io.bookbell.server.notification.NotificationFacts;
import io.bookbell.server.notification.NotificationKind;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.notification.NotificationService.NewNotification;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Determines who gets which messages about a changed request: the supporter and all admins get the
 * request, admins get the pending count, and those concerned get a notification. Also writes the
 * activity log. Thread-safe.
 */
public final class RequestAnnouncer {
  private static final int FIRST_REVISION = 1;

  /** The request, the number of pending ones, and the supporter's quota. */
  private static final int MESSAGES_OF_REQUEST = 3;

  private final CreatorRoles creatorRoles;
  private final NotificationService notificationService;
  private final ActivityLog activityLog;
  private final RequestNews requestNews;

  public RequestAnnouncer(
      CreatorRoles creatorRoles,
      NotificationService notificationService,
      ActivityLog activityLog,
      OutboxStore outboxStore) {
    this.creatorRoles = creatorRoles;
    this.notificationService = notificationService;
    this.activityLog = activityLog;
    this.requestNews = new RequestNews(outboxStore);
  }

  /**
   * A request before and after a change of its status.
   *
   * @param followers who is told of it besides its supporter
   */
  record StatusChange(
      BookRequest before, BookRequest after, int revision, UserId actor, Set<UserId> followers) {}

  /**
   * Reserves the ids that the next announcement needs, together with the next statement.
   *
   * @param notifications how many there may be
   */
  void reserveAnnouncement(Transaction tx, int notifications) {
    InboxStore.reserveMessages(tx, MESSAGES_OF_REQUEST);
    notificationService.reserveNotifications(tx, notifications);
  }

  /** Who has made a new request: its supporter, or a team member for them. */
  record Requester(UserId user, String name) {}

  void announceCreated(
      Transaction tx,
      CreatorRow creator,
      BookRequest request,
      Requester by,
      OutgoingMessages outgoingMessages) {
    Set<UserId> admins = creatorRoles.adminsOf(tx, creator);
    addRequestUpdate("created", request, FIRST_REVISION, admins, outgoingMessages);
    if (request.status() == Status.PENDING) {
      addCountUpdate(creator, admins, outgoingMessages);
    }
    var facts =
        new NotificationFacts(
            NotificationKind.REQUEST_CREATED,
            new CreatedDetails(request.title(), request.userId(), request.userName()));
    notificationService.addNotification(
        tx, createNotification(request, facts, by.user, true), admins, outgoingMessages);
    boolean onBehalf = !by.user.equals(request.userId());
    if (onBehalf) {
      var forSupporter =
          new NotificationFacts(
              NotificationKind.REQUEST_CREATED_FOR_YOU,
              new OnBehalfDetails(request.title(), by.user, by.name));
      notificationService.addNotification(
          tx,
          createNotification(request, forSupporter, by.user, false),
          Set.of(request.userId()),
          outgoingMessages);
    }
    activityLog.recordRequestActivity(
        tx,
        request.creatorId(),
        by.user,
        ActivityKind.REQUEST_CREATED,
        request.id(),
        new ActivityDetails.RequestDetails(
            request.title(),
            onBehalf ? request.userId() : null,
            onBehalf ? request.userName() : null,
            request.status() == Status.APPROVED ? true : null));
    requestNews.addForWebhooks(tx, NewsEvent.REQUEST_CREATED, "created", request);
  }

  void announceStatusChange(
      Transaction tx,
      CreatorRow creator,
      StatusChange statusChange,
      OutgoingMessages outgoingMessages) {
    announceStatusChanges(tx, creator, List.of(statusChange), outgoingMessages);
  }

  /**
   * Announces several changes: admins get the final count, and each supporter gets one
   * notification.
   */
  void announceStatusChanges(
      Transaction tx,
      CreatorRow creator,
      List<StatusChange> moves,
      OutgoingMessages outgoingMessages) {
    Set<UserId> admins = creatorRoles.adminsOf(tx, creator);
    for (StatusChange statusChange : moves) {
      addRequestUpdate(
          "status_changed", statusChange.after, statusChange.revision, admins, outgoingMessages);
      recordActivity(
          tx,
          statusChange.after,
          statusChange.actor,
          StatusKinds.ofActivity(statusChange.after.status()));
    }
    if (moves.stream().anyMatch(statusChange -> statusChange.before.status() == Status.PENDING)) {
      addCountUpdate(creator, admins, outgoingMessages);
    }
    moves.stream()
        .filter(statusChange -> statusChange.after.status() != Status.CANCELLED)
        .collect(groupingBy(statusChange -> statusChange.after.userId(), TreeMap::new, toList()))
        .values()
        .forEach(theirs -> notifySupporter(tx, theirs, outgoingMessages));
    moves.forEach(statusChange -> notifyFollowers(tx, statusChange, outgoingMessages));
    moves.forEach(statusChange -> requestNews.addStatusChange(tx, statusChange, admins));
  }

  private void notifySupporter(
      Transaction tx, List<StatusChange> moves, OutgoingMessages outgoingMessages) {
    StatusChange last = moves.getLast();
    BookRequest request = last.after;
    NotificationFacts facts =
        moves.size() > 1
            ? new NotificationFacts(
                StatusKinds.ofSeveral(request.status()),
                new SeveralDetails(request.title(), moves.size()))
            : new NotificationFacts(
                StatusKinds.ofOne(request.status()), new TitleDetails(request.title()));
    notificationService.addNotification(
        tx,
        createNotification(request, facts, last.actor, false),
        Set.of(request.userId()),
        outgoingMessages);
  }

  private void notifyFollowers(
      Transaction tx, StatusChange statusChange, OutgoingMessages outgoingMessages) {
    BookRequest request = statusChange.after;
    var facts =
        new NotificationFacts(
            StatusKinds.ofFollowed(request.status()), new TitleDetails(request.title()));
    notificationService.addNotification(
        tx,
        createNotification(request, facts, statusChange.actor, false),
        statusChange.followers,
        outgoingMessages);
  }

  void announceReply(
      Transaction tx,
      CreatorRow creator,
      BookRequest request,
      int revision,
      OutgoingMessages outgoingMessages) {
    Set<UserId> admins = creatorRoles.adminsOf(tx, creator);
    addRequestUpdate("reply_added", request, revision, admins, outgoingMessages);
    Reply reply = request.replies().getLast();
    boolean bySupporter = reply.userId().equals(request.userId());
    var facts =
        new NotificationFacts(
            NotificationKind.REPLY_ADDED,
            new ReplyDetails(request.title(), reply.userId(), reply.userName()));
    notificationService.addNotification(
        tx,
        createNotification(request, facts, reply.userId(), bySupporter),
        bySupporter ? admins : Set.of(request.userId()),
        outgoingMessages);
    requestNews.addForWebhooks(tx, NewsEvent.REPLY_ADDED, "reply_added", request);
    recordActivity(tx, request, reply.userId(), ActivityKind.REPLY_ADDED);
  }

  private static void addRequestUpdate(
      String action,
      BookRequest request,
      int revision,
      Set<UserId> admins,
      OutgoingMessages outgoingMessages) {
    var audience = new TreeSet<>(admins);
    audience.add(request.userId());
    outgoingMessages.addRevision(
        Map.of("action", action, "book_request", request), audience, request.id(), revision);
  }

  private static void addCountUpdate(
      CreatorRow creator, Set<UserId> admins, OutgoingMessages outgoingMessages) {
    outgoingMessages.add(
        MessageType.PENDING_COUNT_UPDATE,
        Map.of("creator_id", creator.id(), "pending_count", creator.pendingCount()),
        admins);
  }

  private static NewNotification createNotification(
      BookRequest request, NotificationFacts facts, UserId actor, boolean toAdmins) {
    return new NewNotification(request.creatorId(), request.id(), facts, actor, toAdmins);
  }

  private void recordActivity(
      Transaction tx, BookRequest request, UserId actor, ActivityKind kind) {
    activityLog.recordRequestActivity(
        tx,
        request.creatorId(),
        actor,
        kind,
        request.id(),
        new ActivityDetails.RequestDetails(request.title()));
  }
}
