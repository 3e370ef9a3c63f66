package io.bookbell.server.verify;

import static io.bookbell.server.storage.schema.Tables.ACTIVITY;
import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.CREATOR;
import static io.bookbell.server.storage.schema.Tables.INBOX;
import static io.bookbell.server.storage.schema.Tables.INBOX_HEAD;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static io.bookbell.server.storage.schema.Tables.REPLY;
import static io.bookbell.server.storage.schema.Tables.REQUEST_COUNT;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.util.List;
import org.jooq.Field;

/**
 * Invariants 3 and 4: every change has its messages, and inboxes have no gaps. Derived counts are
 * checked, too.
 */
final class HistoryCheck {
  private static final int MOST_BREACHES = 20;

  private final Transaction tx;

  HistoryCheck(Transaction tx) {
    this.tx = tx;
  }

  long countRequests() {
    return tx.sql().fetchCount(BOOK_REQUEST);
  }

  long countInboxRows() {
    return tx.sql().fetchCount(INBOX);
  }

  List<InvariantViolation> everyRevisionHasItsMessage() {
    Field<Integer> messages =
        field(select(count()).from(MESSAGE).where(MESSAGE.REQUEST_ID.eq(BOOK_REQUEST.ID)));
    Field<Integer> logged =
        field(select(count()).from(ACTIVITY).where(ACTIVITY.REQUEST_ID.eq(BOOK_REQUEST.ID)));
    return tx.sql()
        .select(BOOK_REQUEST.ID, BOOK_REQUEST.REVISION, messages, logged)
        .from(BOOK_REQUEST)
        .where(messages.ne(BOOK_REQUEST.REVISION))
        .or(logged.ne(BOOK_REQUEST.REVISION))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    3,
                    "request %s was changed %s times, with %s messages and %s lines of activity"
                        .formatted(row.value1(), row.value2(), row.value3(), row.value4())));
  }

  List<InvariantViolation> everyMessageHasAnInbox() {
    return tx.sql()
        .select(MESSAGE.ID)
        .from(MESSAGE)
        .where(MESSAGE.BODY.ne("")) // the body is empty once a message was removed from all inboxes
        .and(notExists(selectOne().from(INBOX).where(INBOX.MESSAGE_ID.eq(MESSAGE.ID))))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    3, "message %s is in nobody's inbox".formatted(row.value1())));
  }

  List<InvariantViolation> replyCountsAgree() {
    Field<Integer> replies =
        field(select(count()).from(REPLY).where(REPLY.REQUEST_ID.eq(BOOK_REQUEST.ID)));
    return tx.sql()
        .select(BOOK_REQUEST.ID, BOOK_REQUEST.REPLY_COUNT, replies)
        .from(BOOK_REQUEST)
        .where(replies.ne(BOOK_REQUEST.REPLY_COUNT))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    3,
                    "request %s has %s replies and counts %s"
                        .formatted(row.value1(), row.value3(), row.value2())));
  }

  List<InvariantViolation> pendingCountsAgree() {
    Field<Integer> pending =
        field(
            select(count())
                .from(BOOK_REQUEST)
                .where(BOOK_REQUEST.CREATOR_ID.eq(CREATOR.ID))
                .and(BOOK_REQUEST.STATUS.eq("pending")));
    return tx.sql()
        .select(CREATOR.ID, CREATOR.PENDING_COUNT, pending)
        .from(CREATOR)
        .where(pending.ne(CREATOR.PENDING_COUNT))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    3,
                    "creator %s counts %s pending requests, there are %s"
                        .formatted(row.value1(), row.value2(), row.value3())));
  }

  List<InvariantViolation> countsByStatusAgree() {
    Field<Integer> standing =
        field(
            select(count())
                .from(BOOK_REQUEST)
                .where(BOOK_REQUEST.CREATOR_ID.eq(REQUEST_COUNT.CREATOR_ID))
                .and(BOOK_REQUEST.STATUS.eq(REQUEST_COUNT.STATUS)));
    return tx.sql()
        .select(REQUEST_COUNT.CREATOR_ID, REQUEST_COUNT.STATUS, REQUEST_COUNT.AMOUNT, standing)
        .from(REQUEST_COUNT)
        .where(standing.ne(REQUEST_COUNT.AMOUNT))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    3,
                    "creator %s counts as %s: %s requests, there are %s"
                        .formatted(row.value1(), row.value2(), row.value3(), row.value4())));
  }

  List<InvariantViolation> inboxesHaveNoGap() {
    Field<Integer> rows = count(INBOX.SEQ);
    Field<Long> first = coalesce(min(INBOX.SEQ), INBOX_HEAD.REMOVED.plus(1L));
    Field<Long> last = coalesce(max(INBOX.SEQ), INBOX_HEAD.REMOVED);
    return tx.sql()
        .select(INBOX_HEAD.USER_ID, INBOX_HEAD.SEQ, rows, first, last, INBOX_HEAD.REMOVED)
        .from(INBOX_HEAD)
        .leftJoin(INBOX)
        .on(INBOX.USER_ID.eq(INBOX_HEAD.USER_ID))
        .groupBy(INBOX_HEAD.USER_ID, INBOX_HEAD.SEQ, INBOX_HEAD.REMOVED)
        .having(last.ne(INBOX_HEAD.SEQ))
        .or(first.ne(INBOX_HEAD.REMOVED.plus(1L)))
        .or(last.minus(first).plus(1L).ne(rows.cast(Long.class)))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    4,
                    "the inbox of user %s ends at %s and holds %s messages from %s to %s, after %s were removed"
                        .formatted(
                            row.value1(),
                            row.value2(),
                            row.value3(),
                            row.value4(),
                            row.value5(),
                            row.value6())));
  }
}
