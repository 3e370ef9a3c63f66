package io.bookbell.server.activity;

import static io.bookbell.server.storage.schema.Tables.ACTIVITY;
import static io.bookbell.server.storage.schema.Tables.APP_USER;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The append-only log of what admins and supporters did. Thread-safe and stateless. */
public final class ActivityLog {
  /** Only entries from before entries had details have an English text. */
  static final String NO_TEXT = "";

  private static final RowInsert<ActivityRow> LINES =
      RowInsert.<ActivityRow>insertInto(ACTIVITY)
          .setColumn(ACTIVITY.CREATOR_ID, ActivityRow::creator)
          .setColumn(ACTIVITY.ACTOR_ID, ActivityRow::actor)
          .setColumn(ACTIVITY.KIND, row -> row.facts.kind().wireName())
          .setColumn(ACTIVITY.REQUEST_ID, ActivityRow::request)
          .setColumn(ACTIVITY.DETAIL, row -> NO_TEXT)
          .setColumn(ACTIVITY.DETAILS, row -> row.facts.storedDetails())
          .setColumn(ACTIVITY.CREATED_AT, ActivityRow::at)
          .failOnConflict();

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
    var facts = new ActivityFacts(kind, details);
    LINES.insert(tx, new ActivityRow(creator, actor, facts, null, tx.now()));
  }

  /** Records something that was done to a request. */
  public void recordRequestActivity(
      Transaction tx,
      UserId creator,
      UserId actor,
      ActivityKind kind,
      long requestId,
      String title) {
    var facts = new ActivityFacts(kind, new RequestDetails(title));
    LINES.insert(tx, new ActivityRow(creator, actor, facts, requestId, tx.now()));
  }

  private record ActivityRow(
      UserId creator, UserId actor, ActivityFacts facts, @Nullable Long request, Instant at) {}

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

  /**
   * Returns a page of a creator's log, newest first. The caller has checked that the user may see
   * it.
   */
  public ListPage<ActivityItem> list(
      Transaction tx, UserId creator, ActivityFilter activityFilter, PageRequest page) {
    return ListPage.of(
        findLines(tx, creator, activityFilter, page.cursor(), page.limit() + 1),
        page.limit(),
        ActivityItem::id);
  }

  /** Returns the entries with ids below a given one, newest first. */
  List<ActivityItem> findLines(
      Transaction tx,
      UserId creator,
      ActivityFilter activityFilter,
      Optional<Long> below,
      int limit) {
    return tx.sql()
        .select(
            ACTIVITY.ID,
            ACTIVITY.CREATOR_ID,
            ACTIVITY.ACTOR_ID,
            APP_USER.DISPLAY_NAME,
            ACTIVITY.KIND,
            ACTIVITY.REQUEST_ID,
            ACTIVITY.DETAIL,
            ACTIVITY.DETAILS,
            ACTIVITY.CREATED_AT)
        .from(ACTIVITY)
        .join(APP_USER)
        .on(APP_USER.ID.eq(ACTIVITY.ACTOR_ID))
        .where(ACTIVITY.CREATOR_ID.eq(creator))
        .and(activityFilter.kind().map(ACTIVITY.KIND::eq).orElseGet(DSL::noCondition))
        .and(activityFilter.actor().map(ACTIVITY.ACTOR_ID::eq).orElseGet(DSL::noCondition))
        .and(
            findFirstId(tx, creator, activityFilter.from())
                .map(ACTIVITY.ID::ge)
                .orElseGet(DSL::noCondition))
        .and(
            findFirstId(tx, creator, activityFilter.to())
                .map(ACTIVITY.ID::lt)
                .orElseGet(DSL::noCondition))
        .and(below.map(ACTIVITY.ID::lt).orElseGet(DSL::noCondition))
        .orderBy(ACTIVITY.ID.desc())
        .limit(limit)
        .fetch(ActivityItem::of);
  }

  /**
   * Returns the id of the creator's first log entry at or after a time; greater than every id if
   * there is none. Entries are written under the lock on the creator's row, so their ids and times
   * have the same order.
   */
  private static Optional<Long> findFirstId(
      Transaction tx, UserId creator, Optional<Instant> time) {
    return time.map(
        from ->
            tx.sql()
                .select(ACTIVITY.ID)
                .from(ACTIVITY)
                .where(ACTIVITY.CREATOR_ID.eq(creator))
                .and(ACTIVITY.CREATED_AT.ge(from))
                .orderBy(ACTIVITY.CREATED_AT, ACTIVITY.ID)
                .limit(1)
                .fetchOptional(ACTIVITY.ID)
                .orElse(Long.MAX_VALUE));
  }

  /**
   * Returns what was done to a request, oldest first. The caller has checked that the user may see
   * it.
   */
  public List<ActivityEvent> findByRequest(Transaction tx, long requestId) {
    return tx.sql()
        .select(ACTIVITY.ACTOR_ID, ACTIVITY.KIND, ACTIVITY.CREATED_AT)
        .from(ACTIVITY)
        .where(ACTIVITY.REQUEST_ID.eq(requestId))
        .orderBy(ACTIVITY.ID)
        .fetch(row -> new ActivityEvent(row.value1(), row.value2(), row.value3()));
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
    private static ActivityItem of(Record row) {
      ActivityFacts facts =
          ActivityFacts.ofStored(
              row.get(ACTIVITY.KIND), row.get(ACTIVITY.DETAILS), row.get(ACTIVITY.DETAIL));
      return new ActivityItem(
          row.get(ACTIVITY.ID),
          row.get(ACTIVITY.CREATOR_ID),
          row.get(ACTIVITY.ACTOR_ID),
          row.get(APP_USER.DISPLAY_NAME),
          facts.kind(),
          row.get(ACTIVITY.REQUEST_ID),
          ActivityEnglish.describe(facts.details()),
          facts.details(),
          row.get(ACTIVITY.CREATED_AT));
    }
  }
}
