package io.bookbell.server.notification;

import static io.bookbell.server.storage.schema.Tables.NOTIFICATION;
import static io.bookbell.server.storage.schema.Tables.NOTIFICATION_RECIPIENT;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Stores notifications. Thread-safe.
 *
 * <p>Notifications that a user got as an admin are listed and counted only while the user is an
 * admin of that creator.
 */
public final class NotificationService {
  /** Only notifications from before notifications had details have an English text. */
  static final String NO_TEXT = "";

  private static final RowInsert<NotificationRow> STORE =
      RowInsert.<NotificationRow>insertInto(NOTIFICATION)
          .setColumn(NOTIFICATION.CREATOR_ID, NotificationRow::creator)
          .setColumn(NOTIFICATION.KIND, row -> row.facts.kind().wireName())
          .setColumn(NOTIFICATION.REQUEST_ID, NotificationRow::request)
          .setColumn(NOTIFICATION.TEXT, row -> NO_TEXT)
          .setColumn(NOTIFICATION.DETAILS, row -> row.facts.storedDetails())
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
   * @param request the request that it is about
   * @param actor the user who caused it, who isn't notified
   * @param toAdmins whether the recipients get it as admins
   */
  public record NewNotification(
      UserId creator, long request, NotificationFacts facts, UserId actor, boolean toAdmins) {}

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
      UserId creator, long request, NotificationFacts facts, Instant at) {
    static NotificationRow of(NewNotification newNotification, Instant at) {
      return new NotificationRow(
          newNotification.creator(), newNotification.request(), newNotification.facts(), at);
    }
  }

  private record RecipientRow(UserId user, long id, UserId creator, boolean asAdmin) {}

  /** Returns a page of the user's notifications, newest first. */
  public ListPage<NotificationItem> list(Transaction tx, UserId user, PageRequest page) {
    List<NotificationItem> items =
        tx.sql()
            .select(
                NOTIFICATION.ID,
                NOTIFICATION.CREATOR_ID,
                NOTIFICATION.KIND,
                NOTIFICATION.REQUEST_ID,
                NOTIFICATION_RECIPIENT.AS_ADMIN,
                NOTIFICATION.DETAILS,
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
            .fetch(NotificationItem::of);
    return ListPage.of(items, page.limit(), NotificationItem::id);
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

  /**
   * A notification in the form that messages carry.
   *
   * @param title like {@code supporterName}, for clients that don't read the details
   * @param supporterName the name of the supporter who made the request; null unless the user gets
   *     it as an admin
   * @param text the details in English
   */
  record NotificationMessage(
      long id,
      NotificationKind kind,
      long bookRequestId,
      @Nullable String title,
      @Nullable String supporterName,
      String text,
      NotificationDetails details,
      Instant createdAt) {
    static NotificationMessage of(long id, NewNotification newNotification, Instant now) {
      NotificationFacts facts = newNotification.facts();
      return new NotificationMessage(
          id,
          facts.kind(),
          newNotification.request(),
          facts.title(),
          newNotification.toAdmins() ? facts.supporterName() : null,
          NotificationEnglish.toSentence(facts),
          facts.details(),
          now);
    }
  }

  /** A notification in the form that the list shows; the fields are those of the message. */
  public record NotificationItem(
      long id,
      UserId creatorId,
      NotificationKind kind,
      long bookRequestId,
      @Nullable String title,
      @Nullable String supporterName,
      String text,
      NotificationDetails details,
      Instant createdAt,
      boolean read) {
    private static NotificationItem of(Record row) {
      NotificationFacts facts =
          NotificationFacts.ofStored(
              row.get(NOTIFICATION.KIND),
              row.get(NOTIFICATION.DETAILS),
              row.get(NOTIFICATION.TEXT));
      return new NotificationItem(
          row.get(NOTIFICATION.ID),
          row.get(NOTIFICATION.CREATOR_ID),
          facts.kind(),
          row.get(NOTIFICATION.REQUEST_ID),
          facts.title(),
          row.get(NOTIFICATION_RECIPIENT.AS_ADMIN) ? facts.supporterName() : null,
          NotificationEnglish.toSentence(facts),
          facts.details(),
          row.get(NOTIFICATION.CREATED_AT),
          row.get(NOTIFICATION_RECIPIENT.IS_READ));
    }
  }
}
