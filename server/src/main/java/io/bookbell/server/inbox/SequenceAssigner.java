package io.bookbell.server.inbox;

import static io.bookbell.server.storage.schema.Tables.INBOX;
import static io.bookbell.server.storage.schema.Tables.INBOX_HEAD;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.OutgoingMessages.OutgoingMessage;
import io.bookbell.server.inbox.SequenceAssigner.AppendedMessages;
import io.bookbell.server.storage.BeforeCommitStep;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last step of every transaction that sends messages: locks the inbox heads of all audiences in
 * the order of their users, then numbers and stores the messages of all changes. Stateless.
 */
final class SequenceAssigner implements BeforeCommitStep<AppendedMessages> {
  static final SequenceAssigner STEP = new SequenceAssigner();

  private static final RowInsert<MessageRow> MESSAGES =
      RowInsert.<MessageRow>insertInto(MESSAGE)
          .setColumn(MESSAGE.REQUEST_ID, MessageRow::request)
          .setColumn(MESSAGE.REVISION, MessageRow::revision)
          .setColumn(MESSAGE.BODY, MessageRow::body)
          .setColumn(MESSAGE.CREATED_AT, MessageRow::at)
          .failOnConflict();
  private static final RowInsert<InboxRow> INBOX_ROWS =
      RowInsert.<InboxRow>insertInto(INBOX)
          .setColumn(INBOX.USER_ID, InboxRow::user)
          .setColumn(INBOX.SEQ, InboxRow::seq)
          .setColumn(INBOX.MESSAGE_ID, InboxRow::message)
          .failOnConflict();

  /** Databases limit the number of parameters in a statement. */
  private static final int ROWS_AT_ONCE = 500;

  /**
   * From this audience size on, the database copies a message into the inboxes with one statement,
   * using the numbers it holds.
   */
  private static final int MANY = 32;

  private SequenceAssigner() {}

  /**
   * The messages of one command.
   *
   * @param tx the command's transaction, for its after-commit hook
   */
  record AppendedMessages(
      Transaction tx,
      OutgoingMessages change,
      List<EncodedMessage> bodies,
      Instant at,
      Consumer<List<Delivery>> publisher) {
    private SortedSet<UserId> allRecipients() {
      return change.allRecipients();
    }
  }

  /** A message and its encoded body. */
  record EncodedMessage(OutgoingMessage entry, Message message) {}

  @Override
  public void run(Transaction tx, List<AppendedMessages> changes) {
    Map<UserId, Long> heads = lockBounds(tx, changes);
    var before = new TreeMap<>(heads);
    List<Long> ids = storeMessages(tx, changes);
    var rows = new ArrayList<InboxRow>();
    var floors = new TreeMap<UserId, Long>();
    int stored = 0;
    for (AppendedMessages appendedMessages : changes) {
      var deliveries = new ArrayList<Delivery>();
      for (EncodedMessage encodedMessage : appendedMessages.bodies) {
        Map<UserId, Long> numbers = assignNumbers(encodedMessage.entry, heads);
        long message = ids.get(stored++);
        if (numbers.size() < MANY) {
          numbers.forEach((user, seq) -> rows.add(new InboxRow(user, seq, message)));
        } else {
          insertForMany(tx, message, groupByStep(before, numbers));
        }
        closeHistory(appendedMessages.change, encodedMessage.entry, numbers, floors);
        deliveries.add(Delivery.numbered(encodedMessage.message, numbers));
      }
      appendedMessages.tx.afterCommit(() -> appendedMessages.publisher.accept(deliveries));
    }
    INBOX_ROWS.insert(tx, rows);
    advanceBounds(tx, groupByStep(before, heads));
    floors.forEach((user, floor) -> raiseFloor(tx, user, floor));
  }

  private record InboxRow(UserId user, long seq, long message) {}

  private static Map<UserId, Long> lockBounds(Transaction tx, List<AppendedMessages> changes) {
    var users = new TreeSet<UserId>();
    changes.forEach(appendedMessages -> users.addAll(appendedMessages.allRecipients()));
    var heads = new TreeMap<UserId, Long>();
    tx.lockRows(
            tx.sql()
                .select(INBOX_HEAD.USER_ID, INBOX_HEAD.SEQ)
                .from(INBOX_HEAD)
                .where(INBOX_HEAD.USER_ID.in(users))
                .orderBy(INBOX_HEAD.USER_ID))
        .forEach(row -> heads.put(row.value1(), row.value2()));
    if (heads.size() != users.size()) {
      throw new IllegalStateException("Users without an inbox among " + users);
    }
    return heads;
  }

  /** Stores the messages and returns their ids in the same order. */
  private static List<Long> storeMessages(Transaction tx, List<AppendedMessages> changes) {
    var messages =
        changes.stream()
            .flatMap(
                appendedMessages ->
                    appendedMessages.bodies.stream()
                        .map(encodedMessage -> MessageRow.of(encodedMessage, appendedMessages.at)))
            .toList();
    return MESSAGES.insertNumbered(tx, messages, MESSAGE.ID);
  }

  private record MessageRow(
      @Nullable Long request, @Nullable Integer revision, String body, Instant at) {
    static MessageRow of(EncodedMessage encodedMessage, Instant at) {
      var messageRevision = encodedMessage.entry.revision();
      return new MessageRow(
          messageRevision == null ? null : messageRevision.requestId(),
          messageRevision == null ? null : messageRevision.number(),
          new String(encodedMessage.message.json(), UTF_8),
          at);
    }
  }

  private static Map<UserId, Long> assignNumbers(
      OutgoingMessage outgoingMessage, Map<UserId, Long> heads) {
    var numbers = new TreeMap<UserId, Long>();
    for (UserId user : outgoingMessage.audience()) {
      numbers.put(user, heads.merge(user, 1L, Long::sum));
    }
    return numbers;
  }

  private static void closeHistory(
      OutgoingMessages outgoingMessages,
      OutgoingMessage outgoingMessage,
      Map<UserId, Long> numbers,
      Map<UserId, Long> floors) {
    if (outgoingMessage.type() == MessageType.ACCESS_CHANGED) {
      numbers.forEach(
          (user, seq) -> {
            if (outgoingMessages.revokesAccessOf(user)) {
              floors.put(user, seq);
            }
          });
    }
  }

  /**
   * Groups users by how far their number has advanced. Most of a large audience advance equally.
   */
  private static Map<Long, List<UserId>> groupByStep(
      Map<UserId, Long> before, Map<UserId, Long> after) {
    var steps = new TreeMap<Long, List<UserId>>();
    after.forEach(
        (user, seq) ->
            steps
                .computeIfAbsent(seq - before.getOrDefault(user, 0L), _ -> new ArrayList<>())
                .add(user));
    return steps;
  }

  private static void insertForMany(Transaction tx, long message, Map<Long, List<UserId>> steps) {
    steps.forEach(
        (step, users) -> {
          for (List<UserId> some : splitUsers(users)) {
            tx.run(
                tx.sql()
                    .insertInto(INBOX, INBOX.USER_ID, INBOX.SEQ, INBOX.MESSAGE_ID)
                    .select(
                        select(INBOX_HEAD.USER_ID, INBOX_HEAD.SEQ.plus(step), val(message))
                            .from(INBOX_HEAD)
                            .where(INBOX_HEAD.USER_ID.in(some))));
          }
        });
  }

  private static void advanceBounds(Transaction tx, Map<Long, List<UserId>> steps) {
    // The rows were locked in order before, so this can't block.
    steps.forEach(
        (step, users) -> {
          for (List<UserId> some : splitUsers(users)) {
            tx.run(
                tx.sql()
                    .update(INBOX_HEAD)
                    .set(INBOX_HEAD.SEQ, INBOX_HEAD.SEQ.plus(step))
                    .where(INBOX_HEAD.USER_ID.in(some)));
          }
        });
  }

  private static void raiseFloor(Transaction tx, UserId user, long floor) {
    tx.run(
        tx.sql()
            .update(INBOX_HEAD)
            .set(INBOX_HEAD.FLOOR, floor)
            .where(INBOX_HEAD.USER_ID.eq(user)));
  }

  private static <T> List<List<T>> splitUsers(Collection<T> all) {
    var list = List.copyOf(all);
    var parts = new ArrayList<List<T>>();
    for (int from = 0; from < list.size(); from += ROWS_AT_ONCE) {
      parts.add(list.subList(from, Math.min(from + ROWS_AT_ONCE, list.size())));
    }
    return parts;
  }
}
