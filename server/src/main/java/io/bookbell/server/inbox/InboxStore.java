package io.bookbell.server.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.OutgoingMessages.OutgoingMessage;
import io.bookbell.server.inbox.SequenceAssigner.AppendedMessages;
import io.bookbell.server.inbox.SequenceAssigner.EncodedMessage;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.ValueReader;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Stores every user's durable sequence of messages: 1, 2, 3 … without gaps. Thread-safe; all work
 * happens in the caller's transaction.
 *
 * <p>Numbers come from the user's row in {@code inbox_head}, which stays locked until the commit,
 * so a number becomes visible only after all smaller ones. A message's body is stored once, without
 * a number; delivery inserts each user's number.
 */
public final class InboxStore {
  /** Of the messages with these ids, those that are in no inbox. */
  private static final String UNREFERENCED =
      """
      id IN (?)
      AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.message_id = message.id)\
      """;

  private final Consumer<List<Delivery>> publisher;

  /**
   * Creates the store.
   *
   * @param publisher receives each change's messages after the commit, in the order of the change;
   *     on SQLite also in the order of commits
   */
  public InboxStore(Consumer<List<Delivery>> publisher) {
    this.publisher = publisher;
  }

  /**
   * Numbers and stores the messages for their audiences at the end of the transaction, and delivers
   * them after the commit.
   */
  public void append(Transaction tx, OutgoingMessages outgoingMessages) {
    List<EncodedMessage> bodies =
        outgoingMessages.orderedMessages().stream()
            .map(
                outgoingMessage ->
                    new EncodedMessage(
                        outgoingMessage, Message.of(Json.writeAsBytes(withType(outgoingMessage)))))
            .toList();
    if (!bodies.isEmpty()) {
      tx.addBeforeCommitStep(
          SequenceAssigner.STEP,
          new AppendedMessages(tx, outgoingMessages, bodies, tx.now(), publisher));
    }
  }

  /**
   * Reserves ids for messages, together with the next statement. Without them, {@link #append}
   * needs a round trip of its own for its ids.
   */
  public static void reserveMessages(Transaction tx, int amount) {
    tx.reserveIds(SequenceAssigner.MESSAGE_TABLE, amount);
  }

  private static Map<String, Object> withType(OutgoingMessage outgoingMessage) {
    var message = new LinkedHashMap<String, Object>();
    message.put("type", outgoingMessage.typeName());
    message.putAll(outgoingMessage.fields());
    return message;
  }

  /** The user's newest sequence number, and the floor below which nothing may be replayed. */
  public InboxBounds readBounds(Transaction tx, UserId user) {
    return tx.query("SELECT seq, floor FROM inbox_head WHERE user_id = ?", user)
        .single(row -> new InboxBounds(row.getLong("seq"), row.getLong("floor")));
  }

  /** The newest sequence numbers of several users. */
  public Map<UserId, Long> findHeads(Transaction tx, Collection<UserId> users) {
    return tx.query("SELECT user_id, seq FROM inbox_head WHERE user_id IN (?)", users)
        .map(row -> row.getUser("user_id"), row -> row.getLong("seq"));
  }

  /** Whether all messages after a number still exist. */
  public boolean hasAllAfter(Transaction tx, UserId user, long after, InboxBounds inboxBounds) {
    return after == inboxBounds.seq()
        || tx.query("SELECT 1 AS found FROM inbox WHERE user_id = ? AND seq = ?", user, after + 1)
            .exists();
  }

  /**
   * Reads at most {@code limit} of the user's messages after a number, in order and without gaps.
   */
  public List<NumberedMessage> readAfter(Transaction tx, UserId user, long after, int limit) {
    return tx.query(
            """
            SELECT inbox.seq AS seq, message.body AS body
            FROM inbox
            JOIN message ON message.id = inbox.message_id
            WHERE inbox.user_id = ? AND inbox.seq > ?
            ORDER BY inbox.seq
            LIMIT ?\
            """,
            user,
            after,
            limit)
        .list(
            row ->
                new NumberedMessage(
                    row.getLong("seq"), Message.of(row.getString("body").getBytes(UTF_8))));
  }

  /**
   * Records that one of the user's devices has everything up to a number, which is the newest at
   * most.
   *
   * @return the number up to which some device had everything before, at least that of the last
   *     removed message
   */
  public long acknowledge(Transaction tx, UserId user, long seq) {
    long before =
        tx.query(
                "SELECT received, removed FROM inbox_head WHERE user_id = ? FOR NO KEY UPDATE",
                user)
            .first(row -> Math.max(row.getLong("received"), row.getLong("removed")))
            .orElse(seq);
    if (before < seq) {
      tx.update("UPDATE inbox_head SET received = ? WHERE user_id = ?", seq, user);
    }
    return before;
  }

  /**
   * The request revisions that the user's messages after {@code after}, up to {@code upTo},
   * announce.
   */
  public List<RequestRevision> revisionsBetween(
      Transaction tx, UserId user, long after, long upTo) {
    return tx.query(
            """
            SELECT message.request_id AS request_id, message.revision AS revision
            FROM inbox
            JOIN message ON message.id = inbox.message_id
            WHERE inbox.user_id = ? AND inbox.seq > ? AND inbox.seq <= ?
            AND message.request_id IS NOT NULL\
            """,
            user,
            after,
            upTo)
        .list(row -> new RequestRevision(row.getLong("request_id"), row.getInt("revision")));
  }

  /**
   * Returns the revisions of a request known to have reached a device of one of these users. A
   * message that isn't in an inbox counts as received if some device had acknowledged everything
   * removed from it, unless the message is newer than the oldest remaining one: then it was never
   * in that inbox.
   */
  public Set<Integer> receivedRevisions(Transaction tx, long request, Collection<UserId> users) {
    return tx.query(
            """
            SELECT DISTINCT place.revision AS revision
            FROM (
              SELECT message.revision AS revision, message.id AS id, h.received AS received,
                h.removed AS removed, (
                  SELECT own.seq FROM inbox own
                  WHERE own.message_id = message.id AND own.user_id = h.user_id) AS seq, (
                  SELECT eldest.message_id FROM inbox eldest
                  WHERE eldest.user_id = h.user_id AND eldest.seq = h.removed + 1) AS eldest
              FROM message
              JOIN inbox_head h ON h.user_id IN (?)
              WHERE message.request_id = ?) place
            WHERE place.seq <= place.received
            OR (place.seq IS NULL AND place.removed > 0 AND place.received >= place.removed
              AND (place.eldest IS NULL OR place.eldest > place.id))\
            """,
            users,
            request)
        .set(row -> row.getInt("revision"));
  }

  /**
   * Returns the newest number of each user who got messages from this transaction or later ones, on
   * PostgreSQL. An array, unlike a join, can't make the planner read all inboxes.
   */
  public Map<UserId, Long> findNewestSince(Transaction tx, TransactionCursor from) {
    return tx.query(
            SqlFragment.of(
                    """
                    SELECT user_id, max(seq) AS seq
                    FROM inbox
                    WHERE message_id = ANY (ARRAY(SELECT id FROM message WHERE""")
                .append(from.writtenSince("message", "xid"))
                .append("))")
                .append("GROUP BY user_id"))
        .map(row -> row.getUser("user_id"), row -> row.getLong("seq"));
  }

  /** Lists non-empty inboxes in the order of their users, starting with the given one. */
  public List<InboxExtent> findNonEmpty(Transaction tx, UserId from, int limit) {
    // The second condition on the user is implied by the join, but the planner doesn't infer it.
    return tx.query(
            """
            SELECT h.user_id AS user_id, h.received AS received, h.removed AS removed,
              message.created_at AS created_at
            FROM inbox_head h
            JOIN inbox ON inbox.user_id = h.user_id AND inbox.seq = h.removed + 1
            JOIN message ON message.id = inbox.message_id
            WHERE h.user_id >= ? AND inbox.user_id >= ?
            ORDER BY h.user_id
            LIMIT ?\
            """,
            from,
            from,
            limit)
        .list(
            row ->
                new InboxExtent(
                    row.getUser("user_id"),
                    row.getLong("received"),
                    row.getLong("removed"),
                    row.getTime("created_at")));
  }

  /**
   * Removes the user's oldest messages, as long as the rule allows it.
   *
   * @param limit the most to remove
   * @return how many were removed
   */
  public int removeOldest(Transaction tx, UserId user, int limit, RemovalRule removalRule) {
    // Serialises removals: if two transactions removed a message from its last two inboxes
    // concurrently, each would see the other's row and leave the message.
    tx.lockRows("SELECT id FROM installation FOR NO KEY UPDATE");
    tx.lockRows("SELECT seq FROM inbox_head WHERE user_id = ? FOR NO KEY UPDATE", user);
    List<OldMessage> oldest =
        tx.query(
                """
                SELECT inbox.seq AS seq, message.created_at AS created_at, message.id AS id
                FROM inbox
                JOIN message ON message.id = inbox.message_id
                WHERE inbox.user_id = ?
                ORDER BY inbox.seq
                LIMIT ?\
                """,
                user,
                limit)
            .list(
                row ->
                    new OldMessage(
                        row.getLong("seq"), row.getTime("created_at"), row.getLong("id")));
    List<OldMessage> going =
        oldest.stream()
            .takeWhile(message -> removalRule.mayRemove(message.seq, message.createdAt))
            .toList();
    if (!going.isEmpty()) {
      removeUpTo(tx, user, going.getLast().seq);
      removeUnreferenced(tx, going.stream().map(OldMessage::id).toList());
    }
    return going.size();
  }

  private record OldMessage(long seq, Instant createdAt, long id) {}

  private static void removeUpTo(Transaction tx, UserId user, long seq) {
    tx.update("DELETE FROM inbox WHERE user_id = ? AND seq <= ?", user, seq);
    tx.update("UPDATE inbox_head SET removed = ? WHERE user_id = ?", seq, user);
  }

  /**
   * Removes messages that are in no inbox any more. If a message announces a request's revision,
   * its row stays without the body, as the proof that the revision was announced.
   */
  private static void removeUnreferenced(Transaction tx, List<Long> messages) {
    tx.update("DELETE FROM message WHERE request_id IS NULL AND " + UNREFERENCED, messages);
    tx.update("UPDATE message SET body = '' WHERE " + UNREFERENCED, messages);
  }

  /** Creates the inbox of a new account. */
  public static void createInbox(Transaction tx, UserId user) {
    tx.update("INSERT INTO inbox_head (user_id) VALUES (?)", user);
  }

  /** Creates the inboxes of new accounts. */
  public static void createInboxes(Transaction tx, List<UserId> users) {
    tx.writeAll(
        "INSERT INTO inbox_head (user_id) VALUES (?)", users, user -> ValueReader.values(user));
  }

  /**
   * Records that revisions of requests were announced before they were imported: each gets a
   * message without a body, as if it had been removed from all inboxes.
   */
  public static void recordPastRevisions(Transaction tx, List<RequestRevision> requestRevisions) {
    tx.writeAll(
        "INSERT INTO message (request_id, revision, body, created_at) VALUES (?, ?, ?, ?)",
        requestRevisions,
        past -> ValueReader.values(past.requestId, past.number, "", tx.now()));
  }

  /** Decides whether a message may be removed. */
  @FunctionalInterface
  public interface RemovalRule {
    boolean mayRemove(long seq, Instant createdAt);
  }

  /**
   * A non-empty inbox.
   *
   * @param received the number up to which some device had everything
   * @param removed the number before the oldest remaining message
   * @param oldest when the oldest remaining message was created
   */
  public record InboxExtent(UserId user, long received, long removed, Instant oldest) {}

  /** One revision of a request. */
  public record RequestRevision(long requestId, int number) {}

  public record InboxBounds(long seq, long floor) {}

  public record NumberedMessage(long seq, Message message) {}
}
