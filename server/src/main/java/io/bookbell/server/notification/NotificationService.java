package io.bookbell.server.notification;

import static io.bookbell.server.storage.schema.Tables.NOTIFICATION;
import static io.bookbell.server.storage.schema.Tables.NOTIFICATION_RECIPIENT;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Stores notifications. Thread-safe.
 *
 * <p>Notifications that a user got as an admin are listed and counted only while the user is an
 * admin of that creator.
 */
public final class NotificationService {
  private static final RowInsert<NotificationRow> STORE =
      RowInsert.<NotificationRow>insertInto(NOTIFICATION)
          .setColumn(NOTIFICATION.CREATOR_ID, NotificationRow::creator)
          .setColumn(NOTIFICATION.KIND, NotificationRow::kind)
          .setColumn(NOTIFICATION.REQUEST_ID, NotificationRow::request)
          .setColumn(NOTIFICATION.TEXT, NotificationRow::text)
          .setColumn(NOTIFICATION.CREATED_AT, NotificationRow::at)
          .failOnConflict();
  private static final RowInsert<RecipientRow> ADDRESS =
      RowInsert.<RecipientRow>insertInto(NOTIFICATION_RECIPIENT)
          .setColumn(NOTIFICATION_RECIPIENT.USER_ID, RecipientRow::user)
          .setColumn(NOTIFICATION_RECIPIENT.NOTIFICATION_ID, RecipientRow::id)
          .setColumn(NOTIFICATION_RECIPIENT.CREATOR_ID, RecipientRow::creator)
          .setColumn(NOTIFICATION_RECIPIENT.AS_ADMIN, RecipientRow::asAdmin)
          .failOnConflict();

  private final CreatorRoles creatorRoles;

  public NotificationService(CreatorRoles creatorRoles) {
    this.creatorRoles = creatorRoles;
  }

  /**
   * A notification to be sent.
   *
   * @param text in English, for clients that can't phrase it from the other fields
   * @param actor the user who caused it, who isn't notified
   * @param toAdmins whether the recipients get it as admins
   */
  public record NewNotification(
      UserId creator,
      String kind,
      NotificationSubject about,
      String text,
      UserId actor,
      boolean toAdmins) {}

  /**
   * The request that a notification is about.
   *
   * @param supporter the name of the supporter who made the request
   */
  public record NotificationSubject(long request, String title, String supporter) {}

  /** Looks up the requests that notifications are about. */
  public interface SubjectLookup {
    /** Returns the existing ones of these requests, by id. */
    Map<Long, NotificationSubject> findSubjects(Transaction tx, Set<Long> requests);
  }

  /**
   * Stores a notification for all recipients except the actor, and adds its message to the change.
   */
  public void addNotification(
      Transaction tx,
      NewNotification newNotification,
      Collection<UserId> recipients,
      OutgoingMessages outgoingMessages) {
    var others = new TreeSet<>(recipients);
    others.remove(newNotification.actor());
    if (others.isEmpty()) {
      return;
    }
    Instant now = tx.now();
    long id = STORE.insertNumbered(tx, NotificationRow.of(newNotification, now), NOTIFICATION.ID);
    ADDRESS.insert(
        tx,
        others.stream()
            .map(
                user ->
                    new RecipientRow(
                        user, id, newNotification.creator(), newNotification.toAdmins()))
            .toList());
    outgoingMessages.add(
        MessageType.NOTIFICATION,
        Map.of("notification", NotificationMessage.of(id, newNotification, now)),
        others);
  }

  private record NotificationRow(
      UserId creator, String kind, long request, String text, Instant at) {
    static NotificationRow of(NewNotification newNotification, Instant at) {
      return new NotificationRow(
          newNotification.creator(),
          newNotification.kind(),
          newNotification.about().request(),
          newNotification.text(),
          at);
    }
  }

  private record RecipientRow(UserId user, long id, UserId creator, boolean asAdmin) {}

  /** Returns a page of the user's notifications, newest first. */
  public ListPage<NotificationItem> list(
      Transaction tx, UserId user, PageRequest page, SubjectLookup subjectLookup) {
    var rows =
        tx.sql()
            .select(
                NOTIFICATION.ID,
                NOTIFICATION.CREATOR_ID,
                NOTIFICATION.KIND,
                NOTIFICATION.REQUEST_ID,
                NOTIFICATION_RECIPIENT.AS_ADMIN,
                NOTIFICATION.TEXT,
                NOTIFICATION.CREATED_AT,
                NOTIFICATION_RECIPIENT.IS_READ)
            .from(NOTIFICATION_RECIPIENT)
            .join(NOTIFICATION)
            .on(NOTIFICATION.ID.eq(NOTIFICATION_RECIPIENT.NOTIFICATION_ID))
            .where(visibleTo(tx, user))
            .and(
                page.cursor()
                    .map(NOTIFICATION_RECIPIENT.NOTIFICATION_ID::lt)
                    .orElseGet(DSL::noCondition))
            .orderBy(NOTIFICATION_RECIPIENT.NOTIFICATION_ID.desc())
            .limit(page.limit() + 1)
            .fetchInto(NotificationListRow.class);
    var requests = rows.stream().map(NotificationListRow::request).collect(toSet());
    Map<Long, NotificationSubject> about =
        requests.isEmpty() ? Map.of() : subjectLookup.findSubjects(tx, requests);
    return ListPage.of(rows, page.limit(), NotificationListRow::id)
        .mapItems(
            shown ->
                shown.stream()
                    .map(
                        notificationListRow ->
                            notificationListRow.toItem(about.get(notificationListRow.request)))
                    .toList());
  }

  public int countUnread(Transaction tx, UserId user) {
    return tx.sql()
        .fetchCount(
            NOTIFICATION_RECIPIENT,
            visibleTo(tx, user).and(NOTIFICATION_RECIPIENT.IS_READ.isFalse()));
  }

  /**
   * Marks the user's own notifications as read; other ids are ignored.
   *
   * @param ids those to mark; empty for all
   * @return how many are still unread
   */
  public int markRead(Transaction tx, UserId user, Optional<Set<Long>> ids) {
    tx.sql()
        .update(NOTIFICATION_RECIPIENT)
        .set(NOTIFICATION_RECIPIENT.IS_READ, true)
        .where(NOTIFICATION_RECIPIENT.USER_ID.eq(user))
        .and(NOTIFICATION_RECIPIENT.IS_READ.isFalse())
        .and(ids.map(NOTIFICATION_RECIPIENT.NOTIFICATION_ID::in).orElseGet(DSL::noCondition))
        .execute();
    return countUnread(tx, user);
  }

  private Condition visibleTo(Transaction tx, UserId user) {
    return NOTIFICATION_RECIPIENT
        .USER_ID
        .eq(user)
        .and(
            NOTIFICATION_RECIPIENT
                .AS_ADMIN
                .isFalse()
                .or(
                    NOTIFICATION_RECIPIENT.CREATOR_ID.in(
                        creatorRoles.administeredCreators(tx, user))));
  }

  private record NotificationListRow(
      long id,
      UserId creator,
      String kind,
      long request,
      boolean asAdmin,
      String text,
      Instant createdAt,
      boolean read) {
    NotificationItem toItem(@Nullable NotificationSubject notificationSubject) {
      String title = notificationSubject == null ? null : notificationSubject.title();
      String supporter =
          notificationSubject == null || !asAdmin ? null : notificationSubject.supporter();
      return new NotificationItem(
          id, creator, kind, request, title, supporter, text, createdAt, read);
    }
  }

  /** A notification in the form that messages carry. */
  record NotificationMessage(
      long id,
      String kind,
      long bookRequestId,
      String title,
      @Nullable String supporterName,
      String text,
      Instant createdAt) {
    static NotificationMessage of(long id, NewNotification newNotification, Instant now) {
      NotificationSubject notificationSubject = newNotification.about();
      return new NotificationMessage(
          id,
          newNotification.kind(),
          notificationSubject.request(),
          notificationSubject.title(),
          newNotification.toAdmins() ? notificationSubject.supporter() : null,
          newNotification.text(),
          now);
    }
  }

  /**
   * A notification in the form that the list shows.
   *
   * @param supporterName the name of the supporter who made the request; null unless the user got
   *     it as an admin
   */
  public record NotificationItem(
      long id,
      UserId creatorId,
      String kind,
      long bookRequestId,
      @Nullable String title,
      @Nullable String supporterName,
      String text,
      Instant createdAt,
      boolean read) {}
}
