package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REPLY;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.schema.tables.AppUser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectField;

/** Stores replies. Thread-safe and stateless. */
public final class ReplyStore {
  /** The maximum number of replies per request. */
  static final int MOST = 500;

  private static final AppUser AUTHOR = APP_USER.as("author");
  private static final List<SelectField<?>> FIELDS =
      List.of(
          REPLY.REQUEST_ID,
          REPLY.ID,
          REPLY.USER_ID,
          AUTHOR.DISPLAY_NAME,
          REPLY.BODY,
          REPLY.CREATED_AT);

  ReplyStore() {}

  /**
   * Inserts a reply and increments the request's reply count.
   *
   * @return false if the request has the maximum number of replies
   */
  boolean insertReply(Transaction tx, long request, UserId user, String body) {
    boolean counted =
        tx.sql()
                .update(BOOK_REQUEST)
                .set(BOOK_REQUEST.REVISION, BOOK_REQUEST.REVISION.plus(1))
                .set(BOOK_REQUEST.REPLY_COUNT, BOOK_REQUEST.REPLY_COUNT.plus(1))
                .set(BOOK_REQUEST.UPDATED_AT, tx.now())
                .where(BOOK_REQUEST.ID.eq(request))
                .and(BOOK_REQUEST.REPLY_COUNT.lt(MOST))
                .execute()
            == 1;
    if (counted) {
      tx.sql()
          .insertInto(REPLY)
          .set(REPLY.REQUEST_ID, request)
          .set(REPLY.USER_ID, user)
          .set(REPLY.BODY, body)
          .set(REPLY.CREATED_AT, tx.now())
          .execute();
    }
    return counted;
  }

  /**
   * Returns the newest replies of some requests, each request's oldest first. Reads no other
   * replies, however long the threads are.
   *
   * @param each how many per request
   */
  Map<Long, List<Reply>> findNewest(Transaction tx, Collection<Long> requests, int each) {
    if (requests.isEmpty()) {
      return Map.of();
    }
    var other = REPLY.as("other");
    Field<Long> oldestWanted =
        field(
            select(other.ID)
                .from(other)
                .where(other.REQUEST_ID.eq(BOOK_REQUEST.ID))
                .orderBy(other.ID.desc())
                .limit(inline(1))
                .offset(inline(each - 1)));
    var found = new HashMap<Long, List<Reply>>();
    tx.sql()
        .select(FIELDS)
        .from(BOOK_REQUEST)
        .join(REPLY)
        .on(REPLY.REQUEST_ID.eq(BOOK_REQUEST.ID))
        .and(REPLY.ID.ge(coalesce(oldestWanted, inline(0L))))
        .join(AUTHOR)
        .on(AUTHOR.ID.eq(REPLY.USER_ID))
        .where(BOOK_REQUEST.ID.in(requests))
        .forEach(
            row ->
                found
                    .computeIfAbsent(row.get(REPLY.REQUEST_ID), _ -> new ArrayList<>())
                    .add(toReply(row)));
    found.values().forEach(replies -> replies.sort(Comparator.comparingLong(Reply::id)));
    return found;
  }

  /** Returns a page of a request's replies, newest first. */
  ListPage<Reply> findPage(Transaction tx, long request, PageRequest page) {
    List<Reply> found =
        tx.sql()
            .select(FIELDS)
            .from(REPLY)
            .join(AUTHOR)
            .on(AUTHOR.ID.eq(REPLY.USER_ID))
            .where(REPLY.REQUEST_ID.eq(request))
            .and(page.cursor().map(REPLY.ID::lt).orElse(noCondition()))
            .orderBy(REPLY.ID.desc())
            .limit(page.limit() + 1)
            .fetch(ReplyStore::toReply);
    return ListPage.of(found, page.limit(), Reply::id);
  }

  private static Reply toReply(Record row) {
    return new Reply(
        row.get(REPLY.ID),
        row.get(REPLY.USER_ID),
        row.get(AUTHOR.DISPLAY_NAME),
        row.get(REPLY.BODY),
        row.get(REPLY.CREATED_AT));
  }

  /** Recounts all replies, after rows were restored from a backup without the counts. */
  public static void recountReplies(Transaction tx) {
    tx.sql()
        .update(BOOK_REQUEST)
        .set(
            BOOK_REQUEST.REPLY_COUNT,
            field(selectCount().from(REPLY).where(REPLY.REQUEST_ID.eq(BOOK_REQUEST.ID))))
        .where(BOOK_REQUEST.ID.in(select(REPLY.REQUEST_ID).from(REPLY)))
        .execute();
  }
}
