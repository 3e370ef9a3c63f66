package io.bookbell.server.notification;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.outbox.OutboxStore.News;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
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

  private static final String INSERT_NOTIFICATION =
      """
      INSERT INTO notification (id, creator_id, kind, request_id, text, details, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)""";

  private static final String INSERT_RECIPIENT =
      """
      INSERT INTO notification_recipient (user_id, notification_id, creator_id, as_admin)
      VALUES (?, ?, ?, ?)""";

  private static final SqlFragment NOTIFICATIONS =
      SqlFragment.of(
          """
          SELECT n.id, n.creator_id, n.kind, n.request_id, r.as_admin, n.details, n.text,
            n.created_at, r.is_read
          FROM notification_recipient r
          JOIN notification n ON n.id = r.notification_id
          WHERE""");

  /** With {@code is_read = FALSE}; SQLite would not look for {@code NOT is_read} in an index. */
  private static final SqlFragment COUNT_UNREAD =
      SqlFragment.of(
          """
          SELECT count(*) AS amount
          FROM notification_recipient r
          WHERE r.is_read = FALSE AND""");

  private static final String MARK_ALL_READ =
      """
      UPDATE notification_recipient
      SET is_read = TRUE
      WHERE user_id = ? AND is_read = FALSE""";

  private static final String MARK_SOME_READ = MARK_ALL_READ + " AND notification_id IN (?)";

  private final CreatorRoles creatorRoles;
  private final OutboxStore outboxStore;

  public NotificationService(CreatorRoles creatorRoles, OutboxStore outboxStore) {
    this.creatorRoles = creatorRoles;
    this.outboxStore = outboxStore;
  }

  /**
   * A notification to be sent.
   *
   * @param request the request that it is about; null if it is about none
   * @param actor the user who caused it, who isn't notified; null if nobody here did
   * @param toAdmins whether the recipients get it as admins
   */
  public record NewNotification(
      UserId creator,
      @Nullable Long request,
      NotificationFacts facts,
      @Nullable UserId actor,
      boolean toAdmins) {}

  /** Reserves the ids of notifications and their messages, together with the next statement. */
  public void reserveNotifications(Transaction tx, int amount) {
    tx.reserveIds("notification", amount);
    InboxStore.reserveMessages(tx, amount);
  }

  /**
   * Stores a notification for all recipients except the actor, adds its message to the change, and
   * what is to be sent to them outside the page.
   */
  public void addNotification(
      Transaction tx,
      NewNotification newNotification,
      Collection<UserId> recipients,
      OutgoingMessages outgoingMessages) {
    var others = new TreeSet<>(recipients);
    Optional.ofNullable(newNotification.actor()).ifPresent(others::remove);
    if (others.isEmpty()) {
      return;
    }
    Instant now = tx.now();
    long id = insertNotification(tx, newNotification, now);
    tx.writeAll(
        INSERT_RECIPIENT,
        List.copyOf(others),
        user ->
            ValueReader.values(user, id, newNotification.creator(), newNotification.toAdmins()));
    outgoingMessages.add(
        MessageType.NOTIFICATION,
        Map.of("notification", NotificationMessage.of(id, newNotification, now)),
        others);
    outboxStore.addForUsers(tx, toNews(id, newNotification), others);
  }

  private static News toNews(long id, NewNotification newNotification) {
    NotificationFacts facts = newNotification.facts();
    return new News(
        facts.kind().event(),
        newNotification.creator(),
        newNotification.request(),
        id,
        newNotification.toAdmins(),
        NewsBody.of(facts.kind().wireName(), facts.details()));
  }

  private static long insertNotification(
      Transaction tx, NewNotification newNotification, Instant now) {
    long id = tx.nextId("notification");
    tx.enqueue(
        INSERT_NOTIFICATION,
        id,
        newNotification.creator(),
        newNotification.facts().kind().wireName(),
        newNotification.request(),
        NO_TEXT,
        newNotification.facts().storedDetails(),
        now);
    return id;
  }

  /** Returns a page of the user's notifications, newest first. */
  public ListPage<NotificationItem> list(Transaction tx, UserId user, PageRequest page) {
    return listLater(tx, user, page).get();
  }

  /** Queues {@link #list}. */
  Supplier<ListPage<NotificationItem>> listLater(Transaction tx, UserId user, PageRequest page) {
    SqlFragment condition =
        visibleTo(user)
            .and(
                page.cursor()
                    .map(below -> SqlFragment.of("r.notification_id < ?", below))
                    .orElse(SqlFragment.TRUE));
    PendingResult<List<NotificationItem>> items =
        tx.query(
                NOTIFICATIONS
                    .append(condition)
                    .append("ORDER BY r.notification_id DESC LIMIT ?", page.limit() + 1))
            .later(NotificationItem::of);
    return () -> ListPage.of(items.get(), page.limit(), NotificationItem::id);
  }

  public int countUnread(Transaction tx, UserId user) {
    return tx.query(COUNT_UNREAD.append(visibleTo(user))).single(row -> row.getInt("amount"));
  }

  /**
   * Marks the user's own notifications as read; other ids are ignored.
   *
   * @param ids those to mark; empty for all
   * @return how many are still unread
   */
  public int markRead(Transaction tx, UserId user, Optional<Set<Long>> ids) {
    if (ids.isPresent()) {
      tx.update(MARK_SOME_READ, user, ids.get());
    } else {
      tx.update(MARK_ALL_READ, user);
    }
    return countUnread(tx, user);
  }

  private SqlFragment visibleTo(UserId user) {
    return SqlFragment.of("r.user_id = ?", user)
        .and(
            SqlFragment.anyOf(
                List.of(
                    SqlFragment.of("NOT r.as_admin"),
                    creatorRoles.isAdministered("r.creator_id", user))));
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
      UserId creatorId,
      NotificationKind kind,
      @Nullable Long bookRequestId,
      @Nullable String title,
      @Nullable String supporterName,
      String text,
      NotificationDetails details,
      Instant createdAt) {
    static NotificationMessage of(long id, NewNotification newNotification, Instant now) {
      NotificationFacts facts = newNotification.facts();
      return new NotificationMessage(
          id,
          newNotification.creator(),
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
      @Nullable Long bookRequestId,
      @Nullable String title,
      @Nullable String supporterName,
      String text,
      NotificationDetails details,
      Instant createdAt,
      boolean read) {
    private static NotificationItem of(SqlRow row) throws SQLException {
      NotificationFacts facts =
          NotificationFacts.ofStored(
              row.getString("kind"), row.findString("details"), row.getString("text"));
      return new NotificationItem(
          row.getLong("id"),
          row.getUser("creator_id"),
          facts.kind(),
          row.findLong("request_id"),
          facts.title(),
          row.getBoolean("as_admin") ? facts.supporterName() : null,
          NotificationEnglish.toSentence(facts),
          facts.details(),
          row.getTime("created_at"),
          row.getBoolean("is_read"));
    }
  }

  /** Returns which of these notifications the user has read. */
  public Set<Long> findRead(Transaction tx, UserId user, Collection<Long> notifications) {
    return tx.query(
            """
            SELECT notification_id
            FROM notification_recipient
            WHERE user_id = ? AND notification_id IN (?) AND is_read = TRUE""",
            user,
            notifications)
        .set(row -> row.getLong("notification_id"));
  }

  /** Deletes what a user was notified of. */
  public void forgetRecipient(Transaction tx, UserId user) {
    tx.update("DELETE FROM notification_recipient WHERE user_id = ?", user);
  }
}
