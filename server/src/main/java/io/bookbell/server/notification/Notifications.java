package io.bookbell.server.notification;

import static io.bookbell.server.storage.schema.Tables.NOTIFICATION;
import static io.bookbell.server.storage.schema.Tables.NOTIFICATION_RECIPIENT;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Change;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Page;
import io.bookbell.server.web.PageRequest;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/**
 * What wants somebody's attention. Thread-safe.
 *
 * <p>What was sent to somebody as an admin is shown and counted only while they are one.
 */
public final class Notifications {
  private final Roles roles;

  public Notifications(Roles roles) {
    this.roles = roles;
  }

  /** Why somebody's attention is wanted, and by whom. */
  public record Occasion(
      UserId creator, String kind, long request, String text, UserId actor, boolean toAdmins) {}

  /** Stores a notification and adds it to the change, for everyone named but the one who acted. */
  public void add(Transaction tx, Occasion occasion, Collection<UserId> recipients, Change change) {
    var others = new TreeSet<>(recipients);
    others.remove(occasion.actor());
    if (others.isEmpty()) {
      return;
    }
    Instant now = tx.now();
    long id =
        tx.sql()
            .insertInto(NOTIFICATION)
            .set(NOTIFICATION.CREATOR_ID, occasion.creator())
            .set(NOTIFICATION.KIND, occasion.kind())
            .set(NOTIFICATION.REQUEST_ID, occasion.request())
            .set(NOTIFICATION.TEXT, occasion.text())
            .set(NOTIFICATION.CREATED_AT, now)
            .returningResult(NOTIFICATION.ID)
            .fetchSingle()
            .value1();
    address(tx, id, occasion, others);
    change.add(
        MessageType.NOTIFICATION,
        Map.of(
            "notification",
            new Sent(id, occasion.kind(), occasion.request(), occasion.text(), now)),
        others);
  }

  private static void address(
      Transaction tx, long id, Occasion occasion, Collection<UserId> recipients) {
    var rows =
        tx.sql()
            .insertInto(
                NOTIFICATION_RECIPIENT,
                NOTIFICATION_RECIPIENT.USER_ID,
                NOTIFICATION_RECIPIENT.NOTIFICATION_ID,
                NOTIFICATION_RECIPIENT.CREATOR_ID,
                NOTIFICATION_RECIPIENT.AS_ADMIN);
    for (UserId user : recipients) {
      rows = rows.values(user, id, occasion.creator(), occasion.toAdmins());
    }
    rows.execute();
  }

  /** The user's notifications, newest first. */
  public Page<Item> list(Transaction tx, UserId user, PageRequest page) {
    var rows =
        tx.sql()
            .select(
                NOTIFICATION.ID,
                NOTIFICATION.CREATOR_ID,
                NOTIFICATION.KIND,
                NOTIFICATION.REQUEST_ID,
                NOTIFICATION.TEXT,
                NOTIFICATION.CREATED_AT,
                NOTIFICATION_RECIPIENT.IS_READ)
            .from(NOTIFICATION_RECIPIENT)
            .join(NOTIFICATION)
            .on(NOTIFICATION.ID.eq(NOTIFICATION_RECIPIENT.NOTIFICATION_ID))
            .where(shownTo(tx, user))
            .and(
                page.cursor()
                    .map(NOTIFICATION_RECIPIENT.NOTIFICATION_ID::lt)
                    .orElseGet(DSL::noCondition))
            .orderBy(NOTIFICATION_RECIPIENT.NOTIFICATION_ID.desc())
            .limit(page.limit() + 1)
            .fetchInto(Item.class);
    return Page.of(rows, page.limit(), Item::id);
  }

  public int unread(Transaction tx, UserId user) {
    return tx.sql()
        .fetchCount(
            NOTIFICATION_RECIPIENT,
            shownTo(tx, user).and(NOTIFICATION_RECIPIENT.IS_READ.isFalse()));
  }

  /**
   * Marks the user's own notifications as read; ids that are not theirs are passed over.
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
    return unread(tx, user);
  }

  private Condition shownTo(Transaction tx, UserId user) {
    return NOTIFICATION_RECIPIENT
        .USER_ID
        .eq(user)
        .and(
            NOTIFICATION_RECIPIENT
                .AS_ADMIN
                .isFalse()
                .or(NOTIFICATION_RECIPIENT.CREATOR_ID.in(roles.adminOf(tx, user))));
  }

  /** A notification as the message of a change carries it. */
  record Sent(long id, String kind, long bookRequestId, String text, Instant createdAt) {}

  /** A notification as the list shows it. */
  public record Item(
      long id,
      UserId creatorId,
      String kind,
      long bookRequestId,
      String text,
      Instant createdAt,
      boolean read) {}
}
