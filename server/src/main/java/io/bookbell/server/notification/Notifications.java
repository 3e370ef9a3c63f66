package io.bookbell.server.notification;

import static io.bookbell.server.storage.schema.Tables.NOTIFICATION;
import static io.bookbell.server.storage.schema.Tables.NOTIFICATION_RECIPIENT;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Change;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.storage.RowInsert;
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
import org.jspecify.annotations.Nullable;

/**
 * What wants somebody's attention. Thread-safe.
 *
 * <p>What was sent to somebody as an admin is shown and counted only while they are one.
 */
public final class Notifications {
  private static final RowInsert<Stored> STORE =
      RowInsert.<Stored>into(NOTIFICATION)
          .set(NOTIFICATION.CREATOR_ID, Stored::creator)
          .set(NOTIFICATION.KIND, Stored::kind)
          .set(NOTIFICATION.REQUEST_ID, Stored::request)
          .set(NOTIFICATION.TEXT, Stored::text)
          .set(NOTIFICATION.CREATED_AT, Stored::at)
          .rows();
  private static final RowInsert<Addressed> ADDRESS =
      RowInsert.<Addressed>into(NOTIFICATION_RECIPIENT)
          .set(NOTIFICATION_RECIPIENT.USER_ID, Addressed::user)
          .set(NOTIFICATION_RECIPIENT.NOTIFICATION_ID, Addressed::id)
          .set(NOTIFICATION_RECIPIENT.CREATOR_ID, Addressed::creator)
          .set(NOTIFICATION_RECIPIENT.AS_ADMIN, Addressed::asAdmin)
          .rows();

  private final Roles roles;

  public Notifications(Roles roles) {
    this.roles = roles;
  }

  /**
   * Why somebody's attention is wanted, and by whom.
   *
   * @param text in English, for who cannot make a sentence of the rest
   */
  public record Occasion(
      UserId creator, String kind, About about, String text, UserId actor, boolean toAdmins) {}

  /**
   * The request that a notification is about.
   *
   * @param supporter the name of who asked
   */
  public record About(long request, String title, String supporter) {}

  /** Knows the requests that notifications are about. */
  public interface Subjects {
    /** Those of these requests that there are, by id. */
    Map<Long, About> about(Transaction tx, Set<Long> requests);
  }

  /** Stores a notification and adds it to the change, for everyone named but the one who acted. */
  public void add(Transaction tx, Occasion occasion, Collection<UserId> recipients, Change change) {
    var others = new TreeSet<>(recipients);
    others.remove(occasion.actor());
    if (others.isEmpty()) {
      return;
    }
    Instant now = tx.now();
    long id = STORE.numbered(tx, Stored.of(occasion, now), NOTIFICATION.ID);
    ADDRESS.run(
        tx,
        others.stream()
            .map(user -> new Addressed(user, id, occasion.creator(), occasion.toAdmins()))
            .toList());
    change.add(
        MessageType.NOTIFICATION, Map.of("notification", Sent.of(id, occasion, now)), others);
  }

  private record Stored(UserId creator, String kind, long request, String text, Instant at) {
    static Stored of(Occasion occasion, Instant at) {
      return new Stored(
          occasion.creator(), occasion.kind(), occasion.about().request(), occasion.text(), at);
    }
  }

  private record Addressed(UserId user, long id, UserId creator, boolean asAdmin) {}

  /** The user's notifications, newest first. */
  public Page<Item> list(Transaction tx, UserId user, PageRequest page, Subjects subjects) {
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
            .where(shownTo(tx, user))
            .and(
                page.cursor()
                    .map(NOTIFICATION_RECIPIENT.NOTIFICATION_ID::lt)
                    .orElseGet(DSL::noCondition))
            .orderBy(NOTIFICATION_RECIPIENT.NOTIFICATION_ID.desc())
            .limit(page.limit() + 1)
            .fetchInto(Row.class);
    var requests = rows.stream().map(Row::request).collect(toSet());
    Map<Long, About> about = requests.isEmpty() ? Map.of() : subjects.about(tx, requests);
    return Page.of(rows, page.limit(), Row::id)
        .map(shown -> shown.stream().map(row -> row.item(about.get(row.request))).toList());
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

  private record Row(
      long id,
      UserId creator,
      String kind,
      long request,
      boolean asAdmin,
      String text,
      Instant createdAt,
      boolean read) {
    Item item(@Nullable About about) {
      String title = about == null ? null : about.title();
      String supporter = about == null || !asAdmin ? null : about.supporter();
      return new Item(id, creator, kind, request, title, supporter, text, createdAt, read);
    }
  }

  /** A notification as the message of a change carries it. */
  record Sent(
      long id,
      String kind,
      long bookRequestId,
      String title,
      @Nullable String supporterName,
      String text,
      Instant createdAt) {
    static Sent of(long id, Occasion occasion, Instant now) {
      About about = occasion.about();
      return new Sent(
          id,
          occasion.kind(),
          about.request(),
          about.title(),
          occasion.toAdmins() ? about.supporter() : null,
          occasion.text(),
          now);
    }
  }

  /**
   * A notification as the list shows it.
   *
   * @param supporterName who asked for the book, where it was sent to the user as an admin
   */
  public record Item(
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
