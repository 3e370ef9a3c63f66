package io.bookbell.server.inbox;

import static io.bookbell.server.storage.schema.Tables.INBOX;
import static io.bookbell.server.storage.schema.Tables.INBOX_HEAD;
import static io.bookbell.server.storage.schema.Tables.INSTALLATION;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.OutgoingMessages.OutgoingMessage;
import io.bookbell.server.inbox.SequenceAssigner.AppendedMessages;
import io.bookbell.server.inbox.SequenceAssigner.EncodedMessage;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Json;
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
 * Every user's durable sequence of messages: 1, 2, 3 … without a gap. Thread-safe; what it does
 * happens in the transaction it is handed.
 *
 * <p>The numbers come from the user's row in {@code inbox_head}, locked until the commit, so a
 * number is visible only after every smaller one. A message's body is stored once and without its
 * number; delivery puts the number in.
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
   * @param publisher handed each change's messages after the commit, in the order of the change; on
   *     SQLite in the order of commits too
   */
  public InboxStore(Consumer<List<Delivery>> publisher) {
    this.publisher = publisher;
  }

  /**
   * Has the messages numbered and stored for everyone concerned at the end of the transaction, and
   * delivered after the commit.
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

  /** The user's newest number and the number below which nothing may be replayed. */
  public InboxBounds readBounds(Transaction tx, UserId user) {
    return tx.bindQuery(HEAD, user).fetchSingle(row -> new InboxBounds(row.value1(), row.value2()));
  }

  /** Whether nothing after a number has been removed yet. */
  public boolean hasAllAfter(Transaction tx, UserId user, long after, InboxBounds inboxBounds) {
    return after == inboxBounds.seq()
        || tx.sql().fetchExists(INBOX, INBOX.USER_ID.eq(user).and(INBOX.SEQ.eq(after + 1)));
  }

  /** The user's messages after a number, in order and without a gap; at most {@code limit}. */
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
   * Notes that a device of the user has everything up to a number.
   *
   * @return up to where one of them had before; not below what is kept
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

  /** The revisions of requests that the user's messages between two numbers tell of. */
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

  /** The revisions of a request that lie in inboxes of these users and reached no device of any. */
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

  /** Inboxes that hold messages, in the order of their users from the given one on. */
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
        .and(INBOX.USER_ID.ge(from)) // which follows, but is not concluded
        .orderBy(INBOX_HEAD.USER_ID)
        .limit(limit)
        .fetch(row -> new InboxExtent(row.value1(), row.value2(), row.value3(), row.value4()));
  }

  /**
   * Removes the user's oldest messages as long as they may go.
   *
   * @param limit the most to remove
   * @return how many were removed
   */
  public int removeOldest(Transaction tx, UserId user, int limit, RemovalRule removalRule) {
    // Of a message that several inboxes hold, two transactions at once would each leave the last.
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
   * Removes the messages that no inbox holds any more; of those that tell of a request's revision
   * the row stays without its body, as the proof that it was told.
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

  /** Gives a new account its inbox. */
  public static void createInbox(Transaction tx, UserId user) {
    tx.sql().insertInto(INBOX_HEAD).set(INBOX_HEAD.USER_ID, user).execute();
  }

  /** Decides whether a message may go. */
  @FunctionalInterface
  public interface RemovalRule {
    boolean mayRemove(long seq, Instant createdAt);
  }

  /**
   * An inbox that holds messages.
   *
   * @param received the number up to which some device had everything
   * @param removed the number before the first one kept
   * @param oldest when the first one kept was made
   */
  public record InboxExtent(UserId user, long received, long removed, Instant oldest) {}

  /** One change of a request. */
  public record RequestRevision(long requestId, int number) {}

  public record InboxBounds(long seq, long floor) {}

  public record NumberedMessage(long seq, Message message) {}
}
