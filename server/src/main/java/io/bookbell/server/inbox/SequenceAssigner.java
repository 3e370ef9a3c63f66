package io.bookbell.server.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.OutgoingMessages.OutgoingMessage;
import io.bookbell.server.inbox.SequenceAssigner.AppendedMessages;
import io.bookbell.server.storage.BeforeCommitStep;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.ValueReader;
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

  private static final String INSERT_MESSAGE =
      """
      INSERT INTO message (id, request_id, revision, body, created_at)
      VALUES (?, ?, ?, ?, ?)""";
  private static final String INSERT_INBOX =
      "INSERT INTO inbox (user_id, seq, message_id) VALUES (?, ?, ?)";

  private static final String LOCK_HEADS =
      """
      SELECT user_id, seq FROM inbox_head WHERE user_id IN (?)
      ORDER BY user_id FOR NO KEY UPDATE""";

  private static final String ADVANCE_HEAD =
      """
      WITH change (user_id, seq) AS (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
      UPDATE inbox_head
      SET seq = change.seq
      FROM change
      WHERE inbox_head.user_id = change.user_id""";

  /** Databases limit the number of parameters in a statement. */
  private static final int USERS_AT_ONCE = 8_192;

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
    int messages = changes.stream().mapToInt(change -> change.bodies.size()).sum();
    tx.reserveIds("message", messages); // in one round trip with the lock
    Map<UserId, Long> heads = lockBounds(tx, changes);
    var before = new TreeMap<>(heads);
    List<Long> ids = tx.nextIds("message", messages);
    storeMessages(tx, changes, ids);
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
    tx.writeAll(INSERT_INBOX, rows, row -> ValueReader.values(row.user, row.seq, row.message));
    advanceHeads(tx, heads);
    floors.forEach((user, floor) -> raiseFloor(tx, user, floor));
  }

  private record InboxRow(UserId user, long seq, long message) {}

  private static Map<UserId, Long> lockBounds(Transaction tx, List<AppendedMessages> changes) {
    var users = new TreeSet<UserId>();
    changes.forEach(appendedMessages -> users.addAll(appendedMessages.allRecipients()));
    var heads = new TreeMap<UserId, Long>();
    for (List<UserId> some : splitUsers(users)) { // in their order, as everybody locks them
      heads.putAll(
          tx.query(LOCK_HEADS, some).map(row -> row.getUser("user_id"), row -> row.getLong("seq")));
    }
    if (heads.size() != users.size()) {
      throw new IllegalStateException("Users without an inbox among " + users);
    }
    return heads;
  }

  private static void storeMessages(
      Transaction tx, List<AppendedMessages> changes, List<Long> ids) {
    var rows = new ArrayList<@Nullable Object[]>();
    for (AppendedMessages appendedMessages : changes) {
      for (EncodedMessage encodedMessage : appendedMessages.bodies) {
        rows.add(valuesOf(ids.get(rows.size()), encodedMessage, appendedMessages.at));
      }
    }
    tx.writeAll(INSERT_MESSAGE, rows, values -> values);
  }

  private static @Nullable Object[] valuesOf(long id, EncodedMessage encodedMessage, Instant at) {
    var messageRevision = encodedMessage.entry.revision();
    return ValueReader.values(
        id,
        messageRevision == null ? null : messageRevision.requestId(),
        messageRevision == null ? null : messageRevision.number(),
        new String(encodedMessage.message.json(), UTF_8),
        at);
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
            tx.enqueue(
                """
                INSERT INTO inbox (user_id, seq, message_id)
                SELECT user_id, seq + CAST(? AS bigint), CAST(? AS bigint)
                FROM inbox_head WHERE user_id IN (?)""",
                step,
                message,
                some);
          }
        });
  }

  /** Sets the new heads. The rows were locked in order before, so this can't block. */
  private static void advanceHeads(Transaction tx, Map<UserId, Long> heads) {
    tx.writeAll(
        ADVANCE_HEAD,
        List.copyOf(heads.entrySet()),
        head -> ValueReader.values(head.getKey(), head.getValue()));
  }

  private static void raiseFloor(Transaction tx, UserId user, long floor) {
    tx.enqueue("UPDATE inbox_head SET floor = ? WHERE user_id = ?", floor, user);
  }

  private static <T> List<List<T>> splitUsers(Collection<T> all) {
    var list = List.copyOf(all);
    var parts = new ArrayList<List<T>>();
    for (int from = 0; from < list.size(); from += USERS_AT_ONCE) {
      parts.add(list.subList(from, Math.min(from + USERS_AT_ONCE, list.size())));
    }
    return parts;
  }
}
