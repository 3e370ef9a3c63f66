package io.bookbell.server.outbox;

import io.bookbell.hub.UserId;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stores where news is sent, and which events each target gets. Thread-safe and stateless. */
public final class NewsTargetStore {
  private static final int TOKEN_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final String WEBHOOKS = "WHERE creator_id = ? AND purpose = 'webhook'";
  private static final String CHANNELS = "WHERE user_id = ? AND purpose = 'channel'";
  private static final String EVENTS =
      "SELECT target_id, event FROM news_subscription WHERE target_id IN ";

  private static final String SELECT = "SELECT " + NewsTarget.COLUMNS + " FROM news_target ";

  private static final String IDS = "SELECT id FROM news_target ";

  private static final String INSERT =
      """
      INSERT INTO news_target (user_id, creator_id, purpose, kind, address, details, token,
        verified, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      RETURNING"""
          + " "
          + NewsTarget.COLUMNS;

  private static final String INSERT_SUBSCRIPTION =
      """
      INSERT INTO news_subscription (for_creator, owner_id, event, target_id)
      VALUES (?, ?, ?, ?)""";

  /**
   * A target to be created.
   *
   * @param creator the creator whose events it gets; null unless it is a webhook
   * @param details JSON that only the kind's transport reads
   */
  public record NewTarget(
      UserId user,
      @Nullable UserId creator,
      TargetPurpose purpose,
      NewsKind kind,
      String address,
      String details,
      boolean verified) {
    /** A way for a person to be told. */
    public static NewTarget channel(
        UserId user, NewsKind kind, String address, String details, boolean verified) {
      return new NewTarget(user, null, TargetPurpose.CHANNEL, kind, address, details, verified);
    }

    /** An address for a single item. */
    public static NewTarget once(UserId user, NewsKind kind, String address) {
      return new NewTarget(user, null, TargetPurpose.ONCE, kind, address, "{}", true);
    }
  }

  /** 256 random bits, in characters that need no escaping in URLs. */
  private static String createToken() {
    byte[] secret = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  public NewsTarget create(Transaction tx, NewTarget target) {
    return tx.query(
            INSERT,
            target.user,
            target.creator,
            target.purpose.storedName(),
            target.kind.wireName(),
            target.address,
            target.details,
            createToken(),
            target.verified,
            tx.now())
        .single(NewsTarget::of);
  }

  /** Returns a person's channels, oldest first. */
  public List<NewsTarget> findChannels(Transaction tx, UserId user) {
    return findChannelsLater(tx, user).get();
  }

  /** Queues {@link #findChannels}. */
  public PendingResult<List<NewsTarget>> findChannelsLater(Transaction tx, UserId user) {
    return tx.query(SELECT + CHANNELS + " ORDER BY id", user).later(NewsTarget::of);
  }

  /** Returns a creator's webhooks, oldest first. */
  public List<NewsTarget> findWebhooks(Transaction tx, UserId creator) {
    return findWebhooksLater(tx, creator).get();
  }

  /** Queues {@link #findWebhooks}. */
  public PendingResult<List<NewsTarget>> findWebhooksLater(Transaction tx, UserId creator) {
    return tx.query(SELECT + WEBHOOKS + " ORDER BY id", creator).later(NewsTarget::of);
  }

  public Optional<NewsTarget> find(Transaction tx, long id) {
    return tx.query(SELECT + "WHERE id = ?", id).first(NewsTarget::of);
  }

  /** Whether any browser is told news. */
  public boolean hasBrowsers(Transaction tx) {
    return tx.query(IDS + "WHERE kind = 'web_push' LIMIT 1").exists();
  }

  /** Returns the target whose messages contain a token. */
  public Optional<NewsTarget> findByToken(Transaction tx, String token) {
    return tx.query(SELECT + "WHERE token = ?", token).first(NewsTarget::of);
  }

  /**
   * Replaces the address and details. The queued items go to the new address, without the pause
   * after failures at the former one. Its owner knows the token, so another address gets another
   * token.
   */
  public void changeAddress(
      Transaction tx, long id, String address, String details, boolean verified) {
    tx.update(
        """
        UPDATE news_target
        SET token = CASE WHEN address = ? THEN token ELSE ? END, address = ?, details = ?,
          verified = ?, failures = 0, failing_since = NULL, last_error = NULL,
          wake_at = CASE WHEN wake_at IS NULL THEN NULL ELSE CAST(? AS bigint) END
        WHERE id = ?""",
        address,
        createToken(),
        address,
        details,
        verified,
        tx.now(),
        id);
  }

  /** Replaces the details only. */
  public void changeDetails(Transaction tx, long id, String details) {
    tx.update("UPDATE news_target SET details = ? WHERE id = ?", details, id);
  }

  public void markVerified(Transaction tx, long id) {
    tx.update("UPDATE news_target SET verified = TRUE, last_error = NULL WHERE id = ?", id);
  }

  /** Returns the events that each of these targets gets. */
  public Map<Long, Set<NewsEvent>> findEvents(Transaction tx, Collection<Long> targets) {
    return groupEvents(tx.query(EVENTS + "(?)", targets).list(TargetEvent::of));
  }

  /** Queues {@link #findEvents} of a person's channels. */
  public Supplier<Map<Long, Set<NewsEvent>>> findChannelEventsLater(Transaction tx, UserId user) {
    return findEventsLater(tx, CHANNELS, user);
  }

  /** Queues {@link #findEvents} of a creator's webhooks. */
  public Supplier<Map<Long, Set<NewsEvent>>> findWebhookEventsLater(
      Transaction tx, UserId creator) {
    return findEventsLater(tx, WEBHOOKS, creator);
  }

  private static Supplier<Map<Long, Set<NewsEvent>>> findEventsLater(
      Transaction tx, String which, UserId owner) {
    var rows =
        tx.query(EVENTS + "(SELECT id FROM news_target " + which + ")", owner)
            .later(TargetEvent::of);
    return () -> groupEvents(rows.get());
  }

  private static Map<Long, Set<NewsEvent>> groupEvents(List<TargetEvent> rows) {
    var events = new TreeMap<Long, Set<NewsEvent>>();
    rows.forEach(
        row ->
            events
                .computeIfAbsent(row.target, _ -> EnumSet.noneOf(NewsEvent.class))
                .add(row.event));
    return events;
  }

  private record TargetEvent(long target, NewsEvent event) {
    static TargetEvent of(SqlRow row) throws SQLException {
      return new TargetEvent(row.getLong("target_id"), NewsEvent.of(row.getString("event")));
    }
  }

  /** Replaces the events that a target gets: those of its creator if it is a webhook. */
  public void replaceEvents(Transaction tx, NewsTarget target, Set<NewsEvent> events) {
    tx.update("DELETE FROM news_subscription WHERE target_id = ?", target.id());
    UserId creator = target.creator();
    tx.writeAll(
        INSERT_SUBSCRIPTION,
        List.copyOf(events),
        event ->
            ValueReader.values(
                creator != null,
                creator != null ? creator : target.user(),
                event.wireName(),
                target.id()));
  }

  /** Ends all subscriptions of a target. What is queued for it isn't sent either. */
  public void endSubscriptions(Transaction tx, long target) {
    tx.update("DELETE FROM news_subscription WHERE target_id = ?", target);
    tx.update(
        """
        UPDATE outbox_item
        SET state = 'skipped', settled_at = ?
        WHERE target_id = ? AND state IN ('new', 'queued')""",
        tx.now(),
        target);
  }

  /** Looks at a target's items now, even if the target has failed. */
  void wake(Transaction tx, long id) {
    tx.update("UPDATE news_target SET wake_at = ? WHERE id = ?", tx.now(), id);
  }

  /** Looks at a person's queued items again at once, after the person has changed when to send. */
  public void wakeChannels(Transaction tx, UserId user) {
    tx.update(
        """
        UPDATE news_target
        SET wake_at = ?
        WHERE user_id = ? AND purpose = 'channel' AND wake_at IS NOT NULL AND failures = 0""",
        tx.now(),
        user);
  }

  /** Deletes a target with everything that is queued for it. */
  public void delete(Transaction tx, long id) {
    deleteAll(tx, List.of(id));
  }

  /** Deletes the other channels that lead to the same browser, whosever they are. */
  public void deleteOthersOfBrowser(Transaction tx, NewsTarget target) {
    deleteAll(
        tx,
        tx.query(
                IDS + "WHERE kind = 'web_push' AND address = ? AND id <> ?",
                target.address(),
                target.id())
            .list(row -> row.getLong("id")));
  }

  /** Deletes all targets that belong to a person, and the webhooks of the person's own creator. */
  public void deleteAllOf(Transaction tx, UserId user) {
    deleteAll(tx, tx.query(IDS + "WHERE user_id = ?", user).list(row -> row.getLong("id")));
    deleteAll(tx, tx.query(IDS + "WHERE creator_id = ?", user).list(row -> row.getLong("id")));
  }

  /** Deletes a person's channels, except mails to the address of the person's own account. */
  public void deleteOtherChannels(Transaction tx, UserId user) {
    deleteAll(
        tx,
        tx.query(
                IDS
                    + CHANNELS
                    + " AND NOT (kind = 'mail' AND address ="
                    + " (SELECT email FROM app_user WHERE id = news_target.user_id))",
                user)
            .list(row -> row.getLong("id")));
  }

  static void deleteAll(Transaction tx, List<Long> ids) {
    tx.update("DELETE FROM outbox_item WHERE target_id IN (?)", ids);
    tx.update("DELETE FROM news_target WHERE id IN (?)", ids);
  }
}
