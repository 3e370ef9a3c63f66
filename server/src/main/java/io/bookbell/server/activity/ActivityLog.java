package io.bookbell.server.activity;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The append-only log of what admins and supporters did. Thread-safe and stateless. */
public final class ActivityLog {
  /** Only entries from before entries had details have an English text. */
  static final String NO_TEXT = "";

  private static final String INSERT_ENTRY =
      """
      INSERT INTO activity (creator_id, actor_id, kind, request_id, detail, details, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final SqlFragment ENTRIES =
      SqlFragment.of(
          """
          SELECT a.id, a.creator_id, a.actor_id, u.display_name, a.kind, a.request_id, a.detail,
            a.details, a.created_at
          FROM activity a
          JOIN app_user u ON u.id = a.actor_id
          WHERE\
          """);

  private final ActivityListener activityListener;

  public ActivityLog(ActivityListener activityListener) {
    this.activityListener = activityListener;
  }

  /** Called in the transaction of each activity about which the team gets no other message. */
  public interface ActivityListener {
    void onRecorded(Transaction tx, UserId creator, String kind);
  }

  /** Records an activity that concerns no single request, and calls the listener. */
  public void recordActivity(
      Transaction tx, UserId creator, UserId actor, ActivityKind kind, ActivityDetails details) {
    recordWithoutNotice(tx, creator, actor, kind, details);
    activityListener.onRecorded(tx, creator, kind.wireName());
  }

  /**
   * Like {@link #recordActivity}, but without calling the listener, for activities that the team
   * learns about by another message.
   */
  public void recordWithoutNotice(
      Transaction tx, UserId creator, UserId actor, ActivityKind kind, ActivityDetails details) {
    insertEntry(tx, creator, actor, new ActivityFacts(kind, details), null);
  }

  /** Records something that was done to a request. */
  public void recordRequestActivity(
      Transaction tx,
      UserId creator,
      UserId actor,
      ActivityKind kind,
      long requestId,
      RequestDetails details) {
    insertEntry(tx, creator, actor, new ActivityFacts(kind, details), requestId);
  }

  private static void insertEntry(
      Transaction tx, UserId creator, UserId actor, ActivityFacts facts, @Nullable Long requestId) {
    tx.enqueue(
        INSERT_ENTRY,
        creator,
        actor,
        facts.kind().wireName(),
        requestId,
        NO_TEXT,
        facts.storedDetails(),
        tx.now());
  }

  /** Something that was done to a request before the request was imported. */
  public record PastActivity(
      UserId creator, UserId actor, ActivityKind kind, long requestId, String title, Instant at) {}

  /** Records what was done to requests before they were imported. */
  public static void recordPastActivities(Transaction tx, List<PastActivity> pastActivities) {
    tx.writeAll(
        INSERT_ENTRY,
        pastActivities,
        past ->
            ValueReader.values(
                past.creator,
                past.actor,
                past.kind.wireName(),
                past.requestId,
                NO_TEXT,
                new ActivityFacts(past.kind, new RequestDetails(past.title)).storedDetails(),
                past.at));
  }

  /**
   * A filter of log entries; the given conditions are combined with AND.
   *
   * @param from inclusive
   * @param to exclusive
   */
  public record ActivityFilter(
      Optional<String> kind, Optional<UserId> actor, Optional<Instant> from, Optional<Instant> to) {
    public static final ActivityFilter NONE =
        new ActivityFilter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Reads a page of a creator's log, newest first. The caller checks that the user may see it. */
  public Supplier<ListPage<ActivityItem>> listLater(
      Transaction tx, UserId creator, ActivityFilter activityFilter, PageRequest page) {
    var lines = findLinesLater(tx, creator, activityFilter, page.cursor(), page.limit() + 1);
    return () -> ListPage.of(lines.get(), page.limit(), ActivityItem::id);
  }

  /**
   * Reads entries, newest first: in the order of their ids, or of their times if times select them.
   * Imported entries have later ids than entries that were made before the import.
   *
   * @param after the id of the last entry of the page before
   */
  PendingResult<List<ActivityItem>> findLinesLater(
      Transaction tx,
      UserId creator,
      ActivityFilter activityFilter,
      Optional<Long> after,
      int limit) {
    SqlFragment condition =
        SqlFragment.of("a.creator_id = ?", creator)
            .and(whenGiven("a.kind = ?", activityFilter.kind()))
            .and(whenGiven("a.actor_id = ?", activityFilter.actor()))
            .and(whenGiven("a.created_at >= ?", activityFilter.from()))
            .and(whenGiven("a.created_at < ?", activityFilter.to()));
    if (activityFilter.from().isEmpty() && activityFilter.to().isEmpty()) {
      condition = condition.and(whenGiven("a.id < ?", after)).append("ORDER BY a.id DESC");
    } else {
      condition =
          condition
              .and(after.map(ActivityLog::isEarlierThan).orElse(SqlFragment.TRUE))
              .append("ORDER BY a.created_at DESC, a.id DESC");
    }
    return tx.query(ENTRIES.append(condition).append("LIMIT ?", limit)).later(ActivityItem::of);
  }

  private static SqlFragment isEarlierThan(long entry) {
    return SqlFragment.of(
        "(a.created_at, a.id) < ((SELECT created_at FROM activity WHERE id = ?), ?)", entry, entry);
  }

  private static SqlFragment whenGiven(String condition, Optional<?> value) {
    return value.map(given -> SqlFragment.of(condition, given)).orElse(SqlFragment.TRUE);
  }

  /**
   * Returns what was done to a request, oldest first. The caller has checked that the user may see
   * it.
   */
  public List<ActivityEvent> findByRequest(Transaction tx, long requestId) {
    return tx.query(
            "SELECT actor_id, kind, created_at FROM activity WHERE request_id = ? ORDER BY id",
            requestId)
        .list(
            row ->
                new ActivityEvent(
                    row.getUser("actor_id"), row.getString("kind"), row.getTime("created_at")));
  }

  /** A log entry in the form that a request's history shows. */
  public record ActivityEvent(UserId actorId, String kind, Instant createdAt) {}

  /**
   * A log entry in the form that the activity page and the CSV export show.
   *
   * @param detail the details in English
   */
  public record ActivityItem(
      long id,
      UserId creatorId,
      UserId actorId,
      String actorName,
      ActivityKind kind,
      @Nullable Long bookRequestId,
      String detail,
      ActivityDetails details,
      Instant createdAt) {
    private static ActivityItem of(SqlRow row) throws SQLException {
      ActivityFacts facts =
          ActivityFacts.ofStored(
              row.getString("kind"), row.findString("details"), row.getString("detail"));
      return new ActivityItem(
          row.getLong("id"),
          row.getUser("creator_id"),
          row.getUser("actor_id"),
          row.getString("display_name"),
          facts.kind(),
          row.findLong("request_id"),
          ActivityEnglish.describe(facts.details()),
          facts.details(),
          row.getTime("created_at"));
    }
  }
}
