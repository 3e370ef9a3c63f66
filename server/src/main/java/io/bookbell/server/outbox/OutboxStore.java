package io.bookbell.server.outbox;

import io.bookbell.hub.UserId;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.storage.BeforeCommitStep;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is to be sent, in the transaction of the change it tells of. One statement inserts an
 * item for each target that has subscribed to the event, so a change that nobody has subscribed to
 * inserts nothing. It is sent together with the change's other statements, and never locks a row
 * that another change of the same creator needs. Thread-safe.
 */
public final class OutboxStore {
  private static final String INSERT_FOR_SUBSCRIBERS =
      """
      WITH news (for_creator, owner_id, position, event, creator_id, request_id, notification_id,
        as_admin, body, at) AS (
        VALUES (CAST(? AS boolean), CAST(? AS bigint), CAST(? AS bigint), ?, CAST(? AS bigint),
          CAST(? AS bigint), CAST(? AS bigint), CAST(? AS boolean), ?, CAST(? AS bigint)))
      INSERT INTO outbox_item (target_id, event, creator_id, request_id, notification_id, as_admin,
        body, created_at, state)
      SELECT s.target_id, news.event, news.creator_id, news.request_id, news.notification_id,
        news.as_admin, news.body, news.at, 'new'
      FROM news
      JOIN news_subscription s ON s.owner_id = news.owner_id AND s.for_creator = news.for_creator
        AND s.event = news.event
      JOIN news_target t ON t.id = s.target_id AND t.verified = TRUE
      ORDER BY news.position""";

  /** One statement for all that has happened in a transaction. */
  private static final BeforeCommitStep<@Nullable Object[]> INSERT_ALL =
      (tx, news) -> tx.writeAll(INSERT_FOR_SUBSCRIBERS, news, values -> values);

  private static final String INSERT_FOR_TARGET =
      """
      INSERT INTO outbox_item (target_id, event, creator_id, as_admin, body, created_at, state)
      VALUES (?, ?, CAST(? AS bigint), FALSE, ?, ?, ?)
      RETURNING id""";

  private final NewsTargetStore targetStore = new NewsTargetStore();

  /** Keeps the order of items that are inserted by one statement. */
  private final AtomicLong position = new AtomicLong();

  /**
   * Skips ids after the content was replaced by older one. Receivers ignore what has the id of
   * something that they were sent before, and more may have been sent since. No server sends a
   * thousand items a second for years, so the time in milliseconds is above all ids that were given
   * before.
   */
  public static void skipIds(Transaction tx) {
    IdentitySequences.raiseSequence(tx, "outbox_item", tx.now().toEpochMilli());
  }

  /**
   * What has happened.
   *
   * @param notification the notification on the page that says the same
   * @param asAdmin whether people are told as admins of the creator
   * @param body JSON
   */
  public record News(
      NewsEvent event,
      @Nullable UserId creator,
      @Nullable Long request,
      @Nullable Long notification,
      boolean asAdmin,
      String body) {}

  /** Adds an item for each of the people's targets that has subscribed to the event. */
  public void addForUsers(Transaction tx, News news, Collection<UserId> users) {
    insert(tx, news, false, users);
  }

  /** Adds an item for each of a creator's webhooks that has subscribed to the event. */
  public void addForCreator(Transaction tx, News news, UserId creator) {
    insert(tx, news, true, List.of(creator));
  }

  private void insert(
      Transaction tx, News news, boolean forCreator, Collection<UserId> subscribers) {
    Instant now = tx.now();
    for (UserId owner : subscribers) {
      tx.addBeforeCommitStep(
          INSERT_ALL,
          ValueReader.values(
              forCreator,
              owner,
              position.incrementAndGet(),
              news.event().wireName(),
              news.creator(),
              news.request(),
              news.notification(),
              news.asAdmin(),
              news.body(),
              now));
    }
  }

  /**
   * Adds an item for one target, whether or not it has subscribed to anything.
   *
   * @param event a name that the kind's transport knows
   * @param body JSON
   * @return the item's id
   */
  public long addForTarget(Transaction tx, long target, String event, String body) {
    return insertForTarget(tx, target, null, event, body, ItemState.NEW);
  }

  /** Like {@link #addForTarget}, for an item that is looked at now even if the others wait. */
  public void addAtOnce(Transaction tx, long target, String event, String body) {
    insertForTarget(tx, target, null, event, body, ItemState.QUEUED);
    targetStore.wake(tx, target);
  }

  /**
   * Like {@link #addForTarget}, for a webhook's creator, and ends the target's pause, so that the
   * item and those before it are tried now.
   */
  public void addAndWake(Transaction tx, NewsTarget target, String event, String body) {
    insertForTarget(tx, target.id(), target.creator(), event, body, ItemState.NEW);
    targetStore.wake(tx, target.id());
  }

  private static long insertForTarget(
      Transaction tx,
      long target,
      @Nullable UserId creator,
      String event,
      String body,
      ItemState state) {
    return tx.query(INSERT_FOR_TARGET, target, event, creator, body, tx.now(), state.wireName())
        .single(row -> row.getLong("id"));
  }

  /** Adds an item for an address that gets nothing else, such as an invitation. */
  public void addOneOff(
      Transaction tx, UserId user, NewsKind kind, String address, String event, String body) {
    NewsTarget target = targetStore.create(tx, NewTarget.once(user, kind, address));
    addForTarget(tx, target.id(), event, body);
  }

  /**
   * How many items of an event were added for a user to addresses that get nothing else.
   *
   * @param since a day ago at most
   */
  public int countOneOff(Transaction tx, UserId user, String event, Instant since) {
    return tx.query(
            """
            SELECT count(*) AS amount
            FROM news_target t
            JOIN outbox_item i ON i.target_id = t.id
            WHERE t.user_id = ? AND t.purpose = 'once' AND t.created_at > ? AND i.event = ?""",
            user,
            since,
            event)
        .single(row -> row.getInt("amount"));
  }

  /**
   * Returns when the oldest of the items that {@link #countOneOff} counts was added, or the oldest
   * but some.
   */
  public Instant timeOfOnce(
      Transaction tx, UserId user, String event, Instant since, int olderOnes) {
    return tx.query(
            """
            SELECT t.created_at
            FROM news_target t
            JOIN outbox_item i ON i.target_id = t.id
            WHERE t.user_id = ? AND t.purpose = 'once' AND t.created_at > ? AND i.event = ?
            ORDER BY t.created_at
            LIMIT 1 OFFSET ?""",
            user,
            since,
            event,
            olderOnes)
        .single(row -> row.getTime("created_at"));
  }

  /**
   * An item that isn't sent yet, to an address that gets nothing else.
   *
   * @param targetDetails JSON
   */
  public record OneOffItem(long id, String body, String targetDetails) {}

  /** Returns what is still to be sent for a user to addresses that get nothing else. */
  public List<OneOffItem> findUnsentOneOff(Transaction tx, UserId user, String event) {
    return tx.query(
            """
            SELECT i.id, i.body, t.details
            FROM news_target t
            JOIN outbox_item i ON i.target_id = t.id
            WHERE t.user_id = ? AND t.purpose = 'once' AND i.event = ?
              AND i.state IN ('new', 'queued')""",
            user,
            event)
        .list(
            row ->
                new OneOffItem(row.getLong("id"), row.getString("body"), row.getString("details")));
  }

  /** Gives up items that aren't sent yet. Their targets aren't locked: a node may be sending. */
  public void skipAll(Transaction tx, List<Long> items) {
    tx.update(
        """
        UPDATE outbox_item
        SET state = 'skipped', settled_at = ?
        WHERE id IN (?) AND state IN ('new', 'queued')""",
        tx.now(),
        items);
  }

  /** Returns a target's newest items. */
  public List<OutboxItem> listItems(Transaction tx, long target, int most) {
    return listItemsLater(tx, target, most).get();
  }

  /** Queues {@link #listItems}. */
  public PendingResult<List<OutboxItem>> listItemsLater(Transaction tx, long target, int most) {
    return tx.query(
            "SELECT "
                + OutboxItem.COLUMNS
                + " FROM outbox_item WHERE target_id = ? ORDER BY id DESC LIMIT ?",
            target,
            most)
        .later(OutboxItem::of);
  }

  /** Returns when the newest item that was sent to a target was sent. */
  public Optional<Instant> findLastSent(Transaction tx, long target) {
    return tx.query(
            """
            SELECT settled_at
            FROM outbox_item
            WHERE target_id = ? AND state = 'sent'
            ORDER BY id DESC
            LIMIT 1""",
            target)
        .first(row -> row.getTime("settled_at"));
  }

  /**
   * Queues a settled item of a target again, under the same id, and ends the target's pause.
   *
   * @return false if there is no such item
   */
  public boolean sendAgain(Transaction tx, long target, long item) {
    boolean settled =
        tx.update(
                """
                UPDATE outbox_item
                SET state = 'new', settled_at = NULL, error = NULL
                WHERE target_id = ? AND id = ? AND state IN ('failed', 'sent', 'skipped')""",
                target,
                item)
            == 1;
    if (settled) {
      targetStore.wake(tx, target);
    }
    return settled;
  }

  /** Whether a target has an item, in any state. */
  public boolean hasItem(Transaction tx, long target, long item) {
    return tx.query("SELECT id FROM outbox_item WHERE target_id = ? AND id = ?", target, item)
        .exists();
  }

  /** Returns how many items of each kind are waiting, or have failed lately. */
  public List<QueueCount> countItems(Transaction tx) {
    return tx.query(
            """
            SELECT t.kind, i.state, count(*) AS amount
            FROM outbox_item i
            JOIN news_target t ON t.id = i.target_id
            WHERE i.state IN ('new', 'queued', 'failed')
            GROUP BY t.kind, i.state
            ORDER BY t.kind, i.state""")
        .list(QueueCount::of);
  }

  /** Returns how many items of each kind have been sent or have failed since a time. */
  List<QueueCount> countSettled(Transaction tx, Instant since) {
    return tx.query(
            """
            SELECT t.kind, i.state, count(*) AS amount
            FROM outbox_item i
            JOIN news_target t ON t.id = i.target_id
            WHERE i.settled_at > ? AND i.state IN ('sent', 'failed')
            GROUP BY t.kind, i.state""",
            since)
        .list(QueueCount::of);
  }

  /** How many items of a kind are in a state. */
  public record QueueCount(NewsKind kind, String state, long amount) {
    static QueueCount of(SqlRow row) throws SQLException {
      return new QueueCount(
          NewsKind.of(row.getString("kind")), row.getString("state"), row.getLong("amount"));
    }
  }
}
