package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_COUNT;
import static java.util.stream.Collectors.toSet;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.BookRequest.Reply;
import io.bookbell.server.request.BookRequestService.NewRequest;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.schema.tables.AppUser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jspecify.annotations.Nullable;

/** Stores book requests and reads them with their newest replies. Thread-safe and stateless. */
public final class RequestStore {
  private static final int REPLIES_OF_EACH = 3;
  private static final int REPLIES_OF_ONE = 50;
  private static final ReplyStore REPLIES = new ReplyStore();
  private static final AppUser RESPONDER = APP_USER.as("responder");

  private static final RowInsert<RequestRow> INSERT =
      RowInsert.<RequestRow>insertInto(BOOK_REQUEST)
          .setColumn(BOOK_REQUEST.CREATOR_ID, requestRow -> requestRow.wanted.creator())
          .setColumn(BOOK_REQUEST.USER_ID, RequestRow::user)
          .setColumn(BOOK_REQUEST.TITLE, requestRow -> requestRow.wanted.title())
          .setColumn(BOOK_REQUEST.AUTHOR, requestRow -> requestRow.wanted.author())
          .setColumn(BOOK_REQUEST.ISBN, requestRow -> requestRow.wanted.isbn())
          .setColumn(BOOK_REQUEST.NOTE, requestRow -> requestRow.wanted.note())
          .setColumn(BOOK_REQUEST.COVER_ID, requestRow -> requestRow.wanted.coverId())
          .setColumn(BOOK_REQUEST.STATUS, _ -> Status.PENDING.wireName())
          .setColumn(BOOK_REQUEST.CREATED_AT, RequestRow::at)
          .setColumn(BOOK_REQUEST.UPDATED_AT, RequestRow::at)
          .failOnConflict();
  private static final PreparedQuery<UserId, ResultQuery<Record1<String>>> NAME =
      PreparedQuery.of(
          (sql, from) ->
              sql.select(APP_USER.DISPLAY_NAME)
                  .from(APP_USER)
                  .where(APP_USER.ID.eq(from.parameterFor(APP_USER.ID, id -> id))));

  private record RequestRow(UserId user, NewRequest wanted, Instant at) {}

  BookRequest insertRequest(Transaction tx, UserId user, NewRequest wanted) {
    Instant now = tx.now();
    long id = INSERT.insertNumbered(tx, new RequestRow(user, wanted, now), BOOK_REQUEST.ID);
    return new BookRequest(
        id,
        wanted.creator(),
        user,
        findName(tx, user),
        wanted.title(),
        wanted.author(),
        wanted.isbn(),
        wanted.note(),
        Status.PENDING,
        null,
        null,
        null,
        false,
        List.of(),
        0,
        now,
        now,
        wanted.coverId(),
        0);
  }

  /**
   * Changes a request's status if its current status allows it (compare-and-set), so the second of
   * two competing changes has no effect.
   *
   * @return whether it was changed
   */
  boolean updateStatus(Transaction tx, long id, Status to) {
    Set<String> from = to.reachableFrom().stream().map(Status::wireName).collect(toSet());
    return tx.sql()
            .update(BOOK_REQUEST)
            .set(BOOK_REQUEST.STATUS, to.wireName())
            .set(BOOK_REQUEST.REFUNDED, to.refundsQuota())
            .set(BOOK_REQUEST.REVISION, BOOK_REQUEST.REVISION.plus(1))
            .set(BOOK_REQUEST.UPDATED_AT, tx.now())
            .where(BOOK_REQUEST.ID.eq(id))
            .and(BOOK_REQUEST.STATUS.in(from))
            .execute()
        == 1;
  }

  void updateResponse(Transaction tx, long id, @Nullable String response, UserId by) {
    tx.sql()
        .update(BOOK_REQUEST)
        .set(BOOK_REQUEST.RESPONSE, response)
        .set(BOOK_REQUEST.RESPONDED_BY, by)
        .where(BOOK_REQUEST.ID.eq(id))
        .execute();
  }

  public Optional<UserId> findCreatorId(Transaction tx, long id) {
    return tx.sql()
        .select(BOOK_REQUEST.CREATOR_ID)
        .from(BOOK_REQUEST)
        .where(BOOK_REQUEST.ID.eq(id))
        .fetchOptional(BOOK_REQUEST.CREATOR_ID);
  }

  int findRevision(Transaction tx, long id) {
    return tx.sql()
        .select(BOOK_REQUEST.REVISION)
        .from(BOOK_REQUEST)
        .where(BOOK_REQUEST.ID.eq(id))
        .fetchSingle()
        .value1();
  }

  Set<Long> findOwned(Transaction tx, UserId user, Collection<Long> ids) {
    return tx.sql()
        .select(BOOK_REQUEST.ID)
        .from(BOOK_REQUEST)
        .where(BOOK_REQUEST.ID.in(ids))
        .and(BOOK_REQUEST.USER_ID.eq(user))
        .fetchSet(BOOK_REQUEST.ID);
  }

  public Optional<BookRequest> findById(Transaction tx, long id) {
    return selectRequests(tx, BOOK_REQUEST.ID.eq(id), RequestSort.NEWEST, 1).stream().findFirst();
  }

  /** Like {@link #findById}, with more replies. */
  Optional<BookRequest> findWithThread(Transaction tx, long id) {
    return selectRequests(tx, BOOK_REQUEST.ID.eq(id), RequestSort.NEWEST, 1, REPLIES_OF_ONE)
        .stream()
        .findFirst();
  }

  /** Returns a creator's requests. */
  List<BookRequest> findByCreator(
      Transaction tx, UserId creator, RequestFilter requestFilter, int limit) {
    Condition sought =
        requestFilter
            .text()
            .map(text -> RequestSearch.conditionForCreator(tx, creator, text))
            .orElse(noCondition());
    return findByFilter(tx, BOOK_REQUEST.CREATOR_ID.eq(creator).and(sought), requestFilter, limit);
  }

  /** Returns a supporter's own requests to a creator. */
  List<BookRequest> findBySupporter(
      Transaction tx, UserId creator, UserId user, RequestFilter requestFilter, int limit) {
    Condition whose = BOOK_REQUEST.CREATOR_ID.eq(creator).and(BOOK_REQUEST.USER_ID.eq(user));
    return findByFilter(tx, whose.and(matchesText(tx, requestFilter)), requestFilter, limit);
  }

  /**
   * Returns everything a user may see: their own requests, and all requests of the creators they
   * are an admin of. Each source is read along its own index and only up to the limit.
   */
  List<BookRequest> findVisible(
      Transaction tx,
      UserId user,
      Collection<UserId> adminOf,
      RequestFilter requestFilter,
      int limit) {
    var found = new ArrayList<BookRequest>();
    for (UserId creator : adminOf) {
      found.addAll(findByCreator(tx, creator, requestFilter, limit));
    }
    Condition own = BOOK_REQUEST.USER_ID.eq(user).and(BOOK_REQUEST.CREATOR_ID.notIn(adminOf));
    found.addAll(findByFilter(tx, own.and(matchesText(tx, requestFilter)), requestFilter, limit));
    return sortAndLimit(found, requestFilter.sort(), limit);
  }

  private static Condition matchesText(Transaction tx, RequestFilter requestFilter) {
    return requestFilter
        .text()
        .map(text -> RequestSearch.conditionForText(tx, text))
        .orElse(noCondition());
  }

  private static List<BookRequest> findByFilter(
      Transaction tx, Condition whose, RequestFilter requestFilter, int limit) {
    Condition which = whose.and(requestFilter.toCondition());
    if (requestFilter.statuses().isEmpty()) {
      return selectRequests(tx, which, requestFilter.sort(), limit);
    }
    var found = new ArrayList<BookRequest>();
    for (Status status : requestFilter.statuses()) {
      Condition here = which.and(BOOK_REQUEST.STATUS.eq(status.wireName()));
      found.addAll(selectRequests(tx, here, requestFilter.sort(), limit));
    }
    return sortAndLimit(found, requestFilter.sort(), limit);
  }

  private static List<BookRequest> sortAndLimit(
      List<BookRequest> found, RequestSort requestSort, int limit) {
    return found.stream().sorted(requestSort.toComparator()).limit(limit).toList();
  }

  /**
   * Returns the number of a creator's requests by status. Statuses that no request has ever had are
   * missing.
   */
  Map<Status, Integer> countByStatus(Transaction tx, UserId creator) {
    return tx.sql()
        .select(REQUEST_COUNT.STATUS, REQUEST_COUNT.AMOUNT)
        .from(REQUEST_COUNT)
        .where(REQUEST_COUNT.CREATOR_ID.eq(creator))
        .fetchMap(row -> Status.of(row.value1()), row -> row.value2());
  }

  String findName(Transaction tx, UserId user) {
    return tx.bindQuery(NAME, user).fetchSingle().value1();
  }

  private static List<BookRequest> selectRequests(
      Transaction tx, Condition which, RequestSort requestSort, int limit) {
    return selectRequests(tx, which, requestSort, limit, REPLIES_OF_EACH);
  }

  private static List<BookRequest> selectRequests(
      Transaction tx, Condition which, RequestSort requestSort, int limit, int replies) {
    var rows =
        tx.sql()
            .select(BOOK_REQUEST.fields())
            .select(APP_USER.DISPLAY_NAME, RESPONDER.DISPLAY_NAME, FollowerStore.COUNT)
            .from(BOOK_REQUEST)
            .join(APP_USER)
            .on(APP_USER.ID.eq(BOOK_REQUEST.USER_ID))
            .leftJoin(RESPONDER)
            .on(RESPONDER.ID.eq(BOOK_REQUEST.RESPONDED_BY))
            .where(which)
            .orderBy(requestSort.orderFields())
            .limit(limit)
            .fetch();
    Map<Long, List<Reply>> newest =
        REPLIES.findNewest(tx, rows.getValues(BOOK_REQUEST.ID), replies);
    return rows.map(row -> toRequest(row, newest));
  }

  private static BookRequest toRequest(Record row, Map<Long, List<Reply>> replies) {
    long id = row.get(BOOK_REQUEST.ID);
    return new BookRequest(
        id,
        row.get(BOOK_REQUEST.CREATOR_ID),
        row.get(BOOK_REQUEST.USER_ID),
        row.get(APP_USER.DISPLAY_NAME),
        row.get(BOOK_REQUEST.TITLE),
        row.get(BOOK_REQUEST.AUTHOR),
        row.get(BOOK_REQUEST.ISBN),
        row.get(BOOK_REQUEST.NOTE),
        Status.of(row.get(BOOK_REQUEST.STATUS)),
        row.get(BOOK_REQUEST.RESPONSE),
        row.get(BOOK_REQUEST.RESPONDED_BY),
        row.get(RESPONDER.DISPLAY_NAME),
        row.get(BOOK_REQUEST.REFUNDED),
        replies.getOrDefault(id, List.of()),
        row.get(BOOK_REQUEST.REPLY_COUNT),
        row.get(BOOK_REQUEST.CREATED_AT),
        row.get(BOOK_REQUEST.UPDATED_AT),
        row.get(BOOK_REQUEST.COVER_ID),
        row.get(FollowerStore.COUNT));
  }
}
