package io.bookbell.server.activity;

import static io.bookbell.server.storage.schema.Tables.ACTIVITY;
import static io.bookbell.server.storage.schema.Tables.APP_USER;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Page;
import io.bookbell.server.web.PageRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The log of who did what, append-only. Thread-safe: it keeps nothing between calls. */
public final class Activity {
  private static final RowInsert<Line> LINES =
      RowInsert.<Line>into(ACTIVITY)
          .set(ACTIVITY.CREATOR_ID, Line::creator)
          .set(ACTIVITY.ACTOR_ID, Line::actor)
          .set(ACTIVITY.KIND, Line::kind)
          .set(ACTIVITY.REQUEST_ID, Line::request)
          .set(ACTIVITY.DETAIL, Line::detail)
          .set(ACTIVITY.CREATED_AT, Line::at)
          .rows();

  private final Listener listener;

  public Activity(Listener listener) {
    this.listener = listener;
  }

  /** Hears of what the team is told by nothing else, in its transaction. */
  public interface Listener {
    void recorded(Transaction tx, UserId creator, String kind);
  }

  /** Notes something that concerns no single request. */
  public void record(Transaction tx, UserId creator, UserId actor, String kind, String detail) {
    recordTold(tx, creator, actor, kind, detail);
    listener.recorded(tx, creator, kind);
  }

  /** As {@link #record}, for something of which the team is told otherwise. */
  public void recordTold(Transaction tx, UserId creator, UserId actor, String kind, String detail) {
    LINES.run(tx, new Line(creator, actor, kind, null, detail, tx.now()));
  }

  /** Notes something done to a request. */
  public void recordRequest(
      Transaction tx, UserId creator, UserId actor, String kind, long requestId, String detail) {
    LINES.run(tx, new Line(creator, actor, kind, requestId, detail, tx.now()));
  }

  private record Line(
      UserId creator,
      UserId actor,
      String kind,
      @Nullable Long request,
      String detail,
      Instant at) {}

  /**
   * Which lines are wanted; all that is given must hold.
   *
   * @param from inclusive
   * @param to exclusive
   */
  public record Filter(
      Optional<String> kind, Optional<UserId> actor, Optional<Instant> from, Optional<Instant> to) {
    public static final Filter NONE =
        new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** A creator's log, newest first; the caller has checked who asks. */
  public Page<Item> list(Transaction tx, UserId creator, Filter filter, PageRequest page) {
    return Page.of(
        lines(tx, creator, filter, page.cursor(), page.limit() + 1), page.limit(), Item::id);
  }

  /** Lines below an id, newest first. */
  List<Item> lines(Transaction tx, UserId creator, Filter filter, Optional<Long> below, int limit) {
    return tx.sql()
        .select(
            ACTIVITY.ID,
            ACTIVITY.CREATOR_ID,
            ACTIVITY.ACTOR_ID,
            APP_USER.DISPLAY_NAME,
            ACTIVITY.KIND,
            ACTIVITY.REQUEST_ID,
            ACTIVITY.DETAIL,
            ACTIVITY.CREATED_AT)
        .from(ACTIVITY)
        .join(APP_USER)
        .on(APP_USER.ID.eq(ACTIVITY.ACTOR_ID))
        .where(ACTIVITY.CREATOR_ID.eq(creator))
        .and(filter.kind().map(ACTIVITY.KIND::eq).orElseGet(DSL::noCondition))
        .and(filter.actor().map(ACTIVITY.ACTOR_ID::eq).orElseGet(DSL::noCondition))
        .and(since(tx, creator, filter.from()).map(ACTIVITY.ID::ge).orElseGet(DSL::noCondition))
        .and(since(tx, creator, filter.to()).map(ACTIVITY.ID::lt).orElseGet(DSL::noCondition))
        .and(below.map(ACTIVITY.ID::lt).orElseGet(DSL::noCondition))
        .orderBy(ACTIVITY.ID.desc())
        .limit(limit)
        .fetchInto(Item.class);
  }

  /**
   * The first line of a creator's log from a time on; beyond all when there is none. Lines are
   * written under the lock of the creator's row, so their ids and times have one order.
   */
  private static Optional<Long> since(Transaction tx, UserId creator, Optional<Instant> time) {
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

  /** What was done to a request, oldest first; the caller has checked who asks. */
  public List<Deed> ofRequest(Transaction tx, long requestId) {
    return tx.sql()
        .select(ACTIVITY.ACTOR_ID, ACTIVITY.KIND, ACTIVITY.CREATED_AT)
        .from(ACTIVITY)
        .where(ACTIVITY.REQUEST_ID.eq(requestId))
        .orderBy(ACTIVITY.ID)
        .fetch(row -> new Deed(row.value1(), row.value2(), row.value3()));
  }

  /** One line of the log, as a request has it. */
  public record Deed(UserId actorId, String kind, Instant createdAt) {}

  public record Item(
      long id,
      UserId creatorId,
      UserId actorId,
      String actorName,
      String kind,
      @Nullable Long bookRequestId,
      String detail,
      Instant createdAt) {}
}
