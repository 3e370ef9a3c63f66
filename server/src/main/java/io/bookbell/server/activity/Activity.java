package io.bookbell.server.activity;

import static io.bookbell.server.storage.schema.Tables.ACTIVITY;
import static io.bookbell.server.storage.schema.Tables.APP_USER;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Page;
import io.bookbell.server.web.PageRequest;
import java.time.Instant;
import java.util.List;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The log of who did what, append-only. Thread-safe: it keeps nothing between calls. */
public final class Activity {

  /** Notes something that concerns no single request. */
  public void record(Transaction tx, UserId creator, UserId actor, String kind, String detail) {
    insert(tx, creator, actor, kind, null, detail);
  }

  /** Notes something done to a request. */
  public void recordRequest(
      Transaction tx, UserId creator, UserId actor, String kind, long requestId, String detail) {
    insert(tx, creator, actor, kind, requestId, detail);
  }

  private static void insert(
      Transaction tx,
      UserId creator,
      UserId actor,
      String kind,
      @Nullable Long requestId,
      String detail) {
    tx.sql()
        .insertInto(ACTIVITY)
        .set(ACTIVITY.CREATOR_ID, creator)
        .set(ACTIVITY.ACTOR_ID, actor)
        .set(ACTIVITY.KIND, kind)
        .set(ACTIVITY.REQUEST_ID, requestId)
        .set(ACTIVITY.DETAIL, detail)
        .set(ACTIVITY.CREATED_AT, tx.now())
        .execute();
  }

  /** A creator's log, newest first; the caller has checked who asks. */
  public Page<Item> list(Transaction tx, UserId creator, PageRequest page) {
    var rows =
        tx.sql()
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
            .and(page.cursor().map(ACTIVITY.ID::lt).orElseGet(DSL::noCondition))
            .orderBy(ACTIVITY.ID.desc())
            .limit(page.limit() + 1)
            .fetchInto(Item.class);
    return Page.of(rows, page.limit(), Item::id);
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
