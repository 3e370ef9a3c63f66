package io.bookbell.server.inbox;

import static io.bookbell.server.storage.schema.Tables.INBOX;
import static io.bookbell.server.storage.schema.Tables.INBOX_HEAD;
import static io.bookbell.server.storage.schema.Tables.INSTALLATION;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.OutgoingMessages.OutgoingMessage;
import io.bookbell.server.inbox.SequenceAssigner.AppendedMessages;
import io.bookbell.server.inbox.SequenceAssigner.EncodedMessage;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.Record2;
import org.jooq.Record3;
import org.jooq.ResultQuery;

/**
 * Stores every user's durable sequence of messages: 1, 2, 3 … without gaps. Thread-safe; all work
 * happens in the caller's transaction.
 *
 * <p>Numbers come from the user's row in {@code inbox_head}, which stays locked until the commit,
 * so a number becomes visible only after all smaller ones. A message's body is stored once, without
 * a number; delivery inserts each user's number.
 */
public final class InboxStore {
  private static final PreparedQuery<UserId, ResultQuery<Record2<Long, Long>>> HEAD =
      PreparedQuery.of(
          (sql, from) ->
              sql.select(INBOX_HEAD.SEQ, INBOX_HEAD.FLOOR)
                  .from(INBOX_HEAD)
                  .where(
                      INBOX_HEAD.USER_ID.eq(from.parameterFor(INBOX_HEAD.USER_ID, user -> user))));

  private final Consumer<List<Delivery>> publisher;

  /**
   * Creates the service.
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
      tx.addLastStep(
          SequenceAssigner.STEP,
          new AppendedMessages(tx, outgoingMessages, bodies, tx.now(), publisher));
    }
  }

  private static Map<String, Object> withType(OutgoingMessage outgoingMessage) {
    var message = new LinkedHashMap<String, Object>();
    message.put("type", outgoingMessage.type().wireName());
    message.putAll(outgoingMessage.fields());
    return message;
  }

  /** The user's newest sequence number, and the floor below which nothing may be replayed. */
  public InboxBounds readBounds(Transaction tx, UserId user) {
    return tx.bindQuery(HEAD, user).fetchSingle(row -> new InboxBounds(row.value1(), row.value2()));
  }

  /** Whether all messages after a number still exist. */
  public boolean hasAllAfter(Transaction tx, UserId user, long after, InboxBounds inboxBounds) {
    return after == inboxBounds.seq()
        || tx.sql().fetchExists(INBOX, INBOX.USER_ID.eq(user).and(INBOX.SEQ.eq(after + 1)));
  }

  /**
   * Reads at most {@code limit} of the user's messages after a number, in order and without gaps.
   */
  public List<NumberedMessage> readAfter(Transaction tx, UserId user, long after, int limit) {
    return tx.sql()
        .select(INBOX.SEQ, MESSAGE.BODY)
        .from(INBOX)
        .join(MESSAGE)
        .on(MESSAGE.ID.eq(INBOX.MESSAGE_ID))
        .where(INBOX.USER_ID.eq(user))
        .and(INBOX.SEQ.gt(after))
        .orderBy(INBOX.SEQ)
        .limit(limit)
        .fetch(row -> new NumberedMessage(row.value1(), Message.of(row.value2().getBytes(UTF_8))));
  }

  /**
   * Records that one of the user's devices has everything up to a number.
   *
   * @return the number up to which some device had everything before, at least that of the last
   *     removed message
   */
  public long acknowledge(Transaction tx, UserId user, long seq) {
    long before =
        tx
            .lockRows(
                tx.sql()
                    .select(INBOX_HEAD.RECEIVED, INBOX_HEAD.REMOVED)
                    .from(INBOX_HEAD)
                    .where(INBOX_HEAD.USER_ID.eq(user)))
            .stream()
            .mapToLong(row -> Math.max(row.value1(), row.value2()))
            .findFirst()
            .orElse(seq);
    if (before < seq) {
      tx.sql()
          .update(INBOX_HEAD)
          .set(INBOX_HEAD.RECEIVED, seq)
          .where(INBOX_HEAD.USER_ID.eq(user))
          .execute();
    }
    return before;
  }

  /**
   * The request revisions that the user's messages after {@code after}, up to {@code upTo},
   * announce.
   */
  public List<RequestRevision> revisionsBetween(
      Transaction tx, UserId user, long after, long upTo) {
    return tx.sql()
        .select(MESSAGE.REQUEST_ID, MESSAGE.REVISION)
        .from(INBOX)
        .join(MESSAGE)
        .on(MESSAGE.ID.eq(INBOX.MESSAGE_ID))
        .where(INBOX.USER_ID.eq(user))
        .and(INBOX.SEQ.gt(after))
        .and(INBOX.SEQ.le(upTo))
        .and(MESSAGE.REQUEST_ID.isNotNull())
        .fetch(row -> new RequestRevision(row.value1(), row.value2()));
  }

  /**
   * The revisions of a request that are in inboxes of these users but haven't reached any of their
   * devices.
   */
  public Set<Integer> unreceivedRevisions(Transaction tx, long request, Collection<UserId> users) {
    return tx.sql()
        .select(MESSAGE.REVISION)
        .from(MESSAGE)
        .join(INBOX)
        .on(INBOX.MESSAGE_ID.eq(MESSAGE.ID))
        .join(INBOX_HEAD)
        .on(INBOX_HEAD.USER_ID.eq(INBOX.USER_ID))
        .where(MESSAGE.REQUEST_ID.eq(request))
        .and(INBOX.USER_ID.in(users))
        .groupBy(MESSAGE.REVISION)
        .having(min(INBOX.SEQ.minus(INBOX_HEAD.RECEIVED)).gt(0L))
        .fetchSet(MESSAGE.REVISION);
  }

  /**
   * Returns the newest number of each user who got messages from this transaction or later ones, on
   * PostgreSQL.
   */
  public Map<UserId, Long> findNewestSince(Transaction tx, TransactionCursor from) {
    return tx.sql()
        .select(INBOX.USER_ID, max(INBOX.SEQ))
        .from(INBOX)
        .where(from.writtenSince("inbox", "xid"))
        .groupBy(INBOX.USER_ID)
        .fetchMap(Record2::value1, Record2::value2);
  }

  /** Lists non-empty inboxes in the order of their users, starting with the given one. */
  public List<InboxExtent> findNonEmpty(Transaction tx, UserId from, int limit) {
    return tx.sql()
        .select(INBOX_HEAD.USER_ID, INBOX_HEAD.RECEIVED, INBOX_HEAD.REMOVED, MESSAGE.CREATED_AT)
        .from(INBOX_HEAD)
        .join(INBOX)
        .on(INBOX.USER_ID.eq(INBOX_HEAD.USER_ID))
        .and(INBOX.SEQ.eq(INBOX_HEAD.REMOVED.plus(1)))
        .join(MESSAGE)
        .on(MESSAGE.ID.eq(INBOX.MESSAGE_ID))
        .where(INBOX_HEAD.USER_ID.ge(from))
        .and(INBOX.USER_ID.ge(from)) // implied by the join, but the planner doesn't infer it
        .orderBy(INBOX_HEAD.USER_ID)
        .limit(limit)
        .fetch(row -> new InboxExtent(row.value1(), row.value2(), row.value3(), row.value4()));
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
    tx.lockWithoutReading(sql -> sql.select(INSTALLATION.ID).from(INSTALLATION));
    tx.lockWithoutReading(
        sql -> sql.select(INBOX_HEAD.SEQ).from(INBOX_HEAD).where(INBOX_HEAD.USER_ID.eq(user)));
    var oldest =
        tx.sql()
            .select(INBOX.SEQ, MESSAGE.CREATED_AT, MESSAGE.ID)
            .from(INBOX)
            .join(MESSAGE)
            .on(MESSAGE.ID.eq(INBOX.MESSAGE_ID))
            .where(INBOX.USER_ID.eq(user))
            .orderBy(INBOX.SEQ)
            .limit(limit)
            .fetch();
    var going =
        oldest.stream()
            .takeWhile(row -> removalRule.mayRemove(row.value1(), row.value2()))
            .toList();
    if (!going.isEmpty()) {
      removeUpTo(tx, user, going.getLast().value1());
      removeUnreferenced(tx, going.stream().map(Record3::value3).toList());
    }
    return going.size();
  }

  private static void removeUpTo(Transaction tx, UserId user, long seq) {
    tx.sql().deleteFrom(INBOX).where(INBOX.USER_ID.eq(user)).and(INBOX.SEQ.le(seq)).execute();
    tx.sql()
        .update(INBOX_HEAD)
        .set(INBOX_HEAD.REMOVED, seq)
        .where(INBOX_HEAD.USER_ID.eq(user))
        .execute();
  }

  /**
   * Removes messages that are in no inbox any more. If a message announces a request's revision,
   * its row stays without the body, as the proof that the revision was announced.
   */
  private static void removeUnreferenced(Transaction tx, List<Long> messages) {
    Condition unheld =
        MESSAGE
            .ID
            .in(messages)
            .and(notExists(selectOne().from(INBOX).where(INBOX.MESSAGE_ID.eq(MESSAGE.ID))));
    tx.sql().deleteFrom(MESSAGE).where(unheld).and(MESSAGE.REQUEST_ID.isNull()).execute();
    tx.sql().update(MESSAGE).set(MESSAGE.BODY, "").where(unheld).execute();
  }

  /** Creates the inbox of a new account. */
  public static void createInbox(Transaction tx, UserId user) {
    tx.sql().insertInto(INBOX_HEAD).set(INBOX_HEAD.USER_ID, user).execute();
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
