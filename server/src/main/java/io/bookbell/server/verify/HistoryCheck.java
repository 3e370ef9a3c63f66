package io.bookbell.server.verify;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.util.List;

/**
 * Invariants 3 and 4: every change has its messages, and inboxes have no gaps. Derived counts are
 * checked, too.
 */
final class HistoryCheck {
  private static final int MAX_BREACHES = 20;

  private static final String WRONG_HISTORIES =
      """
      SELECT id, revision, messages, logged
      FROM (
        SELECT r.id, r.revision,
          (SELECT count(*) FROM message m WHERE m.request_id = r.id) AS messages,
          (SELECT count(*) FROM activity a WHERE a.request_id = r.id) AS logged
        FROM book_request r) AS histories
      WHERE messages <> revision OR logged <> revision
      LIMIT ?""";

  /** The body is empty once a message was removed from all inboxes. */
  private static final String LOST_MESSAGES =
      """
      SELECT m.id
      FROM message m
      WHERE m.body <> '' AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.message_id = m.id)
      LIMIT ?""";

  /** PostgreSQL has no foreign key here. */
  private static final String MISSING_MESSAGES =
      """
      SELECT i.user_id, i.seq
      FROM inbox i
      WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = i.message_id)
      LIMIT ?""";

  private static final String WRONG_REPLY_COUNTS =
      """
      SELECT id, reply_count, replies
      FROM (
        SELECT r.id, r.reply_count,
          (SELECT count(*) FROM reply p WHERE p.request_id = r.id) AS replies
        FROM book_request r) AS counts
      WHERE replies <> reply_count
      LIMIT ?""";

  private static final String WRONG_PENDING_COUNTS =
      """
      SELECT id, pending_count, pending
      FROM (
        SELECT c.id, c.pending_count,
          (SELECT count(*) FROM book_request r
            WHERE r.creator_id = c.id AND r.status = 'pending') AS pending
        FROM creator c) AS counts
      WHERE pending <> pending_count
      LIMIT ?""";

  private static final String WRONG_STATUS_COUNTS =
      """
      SELECT creator_id, status, sum(amount) AS amount, sum(standing) AS standing
      FROM (
        SELECT creator_id, status, amount, 0 AS standing FROM request_count
        UNION ALL
        SELECT creator_id, status, 0 AS amount, count(*) AS standing FROM book_request
        GROUP BY creator_id, status) AS counts
      GROUP BY creator_id, status
      HAVING sum(standing) <> sum(amount)
      LIMIT ?""";

  private static final String INBOXES_WITH_GAPS =
      """
      SELECT user_id, seq, messages, first_seq, last_seq, removed
      FROM (
        SELECT h.user_id, h.seq, h.removed, count(i.seq) AS messages,
          coalesce(min(i.seq), h.removed + 1) AS first_seq,
          coalesce(max(i.seq), h.removed) AS last_seq
        FROM inbox_head h
        LEFT JOIN inbox i ON i.user_id = h.user_id
        GROUP BY h.user_id, h.seq, h.removed) AS extents
      WHERE last_seq <> seq OR first_seq <> removed + 1 OR last_seq - first_seq + 1 <> messages
      LIMIT ?""";

  private final Transaction tx;

  HistoryCheck(Transaction tx) {
    this.tx = tx;
  }

  long countRequests() {
    return tx.query("SELECT count(*) AS amount FROM book_request")
        .single(row -> row.getLong("amount"));
  }

  long countInboxRows() {
    return tx.query("SELECT count(*) AS amount FROM inbox").single(row -> row.getLong("amount"));
  }

  List<InvariantViolation> everyRevisionHasItsMessage() {
    return tx.query(WRONG_HISTORIES, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    3,
                    "request %s was changed %s times, with %s messages and %s lines of activity"
                        .formatted(
                            row.getLong("id"),
                            row.getInt("revision"),
                            row.getInt("messages"),
                            row.getInt("logged"))));
  }

  List<InvariantViolation> everyMessageHasAnInbox() {
    return tx.query(LOST_MESSAGES, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    3, "message %s is in nobody's inbox".formatted(row.getLong("id"))));
  }

  List<InvariantViolation> everyNumberHasAMessage() {
    return tx.query(MISSING_MESSAGES, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    4,
                    "number %s in the inbox of user %s has no message"
                        .formatted(row.getLong("seq"), row.getUser("user_id"))));
  }

  List<InvariantViolation> replyCountsAgree() {
    return tx.query(WRONG_REPLY_COUNTS, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    3,
                    "request %s has %s replies and counts %s"
                        .formatted(
                            row.getLong("id"), row.getInt("replies"), row.getInt("reply_count"))));
  }

  List<InvariantViolation> pendingCountsAgree() {
    return tx.query(WRONG_PENDING_COUNTS, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    3,
                    "creator %s counts %s pending requests, there are %s"
                        .formatted(
                            row.getUser("id"),
                            row.getInt("pending_count"),
                            row.getInt("pending"))));
  }

  List<InvariantViolation> countsByStatusAgree() {
    return tx.query(WRONG_STATUS_COUNTS, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    3,
                    "creator %s counts as %s: %s requests, there are %s"
                        .formatted(
                            row.getUser("creator_id"),
                            row.getString("status"),
                            row.getInt("amount"),
                            row.getInt("standing"))));
  }

  List<InvariantViolation> inboxesHaveNoGap() {
    return tx.query(INBOXES_WITH_GAPS, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    4,
                    "the inbox of user %s ends at %s and holds %s messages from %s to %s, after %s were removed"
                        .formatted(
                            row.getUser("user_id"),
                            row.getLong("seq"),
                            row.getInt("messages"),
                            row.getLong("first_seq"),
                            row.getLong("last_seq"),
                            row.getLong("removed"))));
  }
}
