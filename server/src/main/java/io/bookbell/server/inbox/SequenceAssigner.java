package io.bookbell.server.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.OutgoingMessages.OutgoingMessage;
import io.bookbell.server.inbox.SequenceAssigner.AppendedMessages;
import io.bookbell.server.storage.Batches;
import io.bookbell.server.storage.BeforeCommitStep;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.ValueReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
  static final String MESSAGE_TABLE = "message";

  private static final String INSERT_MESSAGE =
      """
      INSERT INTO message (id, request_id, revision, body, created_at)
      VALUES (?, ?, ?, ?, ?)""";

  /** Counts from the heads as they were locked; they advance afterwards. */
  private static final String INSERT_INBOX =
      """
      WITH change (user_id, position, message_id) AS (
        VALUES (CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint)))
      INSERT INTO inbox (user_id, seq, message_id)
      SELECT change.user_id, inbox_head.seq + change.position, change.message_id
      FROM change
      JOIN inbox_head ON inbox_head.user_id = change.user_id""";

  private static final String LOCK_HEADS =
      """
      SELECT user_id, seq FROM inbox_head WHERE user_id IN (?)
      ORDER BY user_id FOR NO KEY UPDATE""";

  private static final String ADVANCE_HEAD =
      """
      WITH change (user_id, amount) AS (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
      UPDATE inbox_head
      SET seq = seq + change.amount
      FROM change
      WHERE inbox_head.user_id = change.user_id""";

  private static final String RAISE_FLOOR =
      "UPDATE inbox_head SET floor = seq - ? WHERE user_id = ?";

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
    List<Long> ids = tx.nextIds(MESSAGE_TABLE, messages);
    LockedHeads heads = lockHeads(tx, changes);
    storeMessages(tx, changes, ids);
    var rows = new ArrayList<InboxRow>();
    var amounts = new TreeMap<UserId, Long>();
    var floors = new TreeMap<UserId, Long>();
    int stored = 0;
    for (AppendedMessages appendedMessages : changes) {
      var placedMessages = new ArrayList<PlacedMessage>();
      for (EncodedMessage encodedMessage : appendedMessages.bodies) {
        Map<UserId, Long> positions = assignPositions(encodedMessage.entry, amounts);
        long message = ids.get(stored++);
        if (positions.size() < MANY) {
          positions.forEach((user, position) -> rows.add(new InboxRow(user, position, message)));
        } else {
          insertForMany(tx, message, groupByPosition(positions));
        }
        closeHistory(appendedMessages.change, encodedMessage.entry, positions, floors);
        placedMessages.add(new PlacedMessage(encodedMessage.message, positions));
      }
      appendedMessages.tx.afterCommit(
          () -> appendedMessages.publisher.accept(toDeliveries(placedMessages, heads)));
    }
    tx.writeAll(INSERT_INBOX, rows, row -> ValueReader.values(row.user, row.position, row.message));
    amounts.forEach((user, amount) -> tx.enqueueForOneRow(ADVANCE_HEAD, user, amount));
    floors.forEach(
        (user, position) ->
            tx.enqueue(RAISE_FLOOR, requireNonNull(amounts.get(user)) - position, user));
  }

  private record InboxRow(UserId user, long position, long message) {}

  /**
   * A message and its place behind each user's head.
   *
   * @param positions 1 is the user's first message of the transaction
   */
  private record PlacedMessage(Message message, Map<UserId, Long> positions) {}

  private static List<Delivery> toDeliveries(
      List<PlacedMessage> placedMessages, LockedHeads heads) {
    var deliveries = new ArrayList<Delivery>();
    for (PlacedMessage placedMessage : placedMessages) {
      var numbers = new TreeMap<UserId, Long>();
      placedMessage.positions.forEach(
          (user, position) -> numbers.put(user, heads.of(user) + position));
      deliveries.add(Delivery.numbered(placedMessage.message, numbers));
    }
    return deliveries;
  }

  /** Locks the heads. */
  private static LockedHeads lockHeads(Transaction tx, List<AppendedMessages> changes) {
    var users = new TreeSet<UserId>();
    changes.forEach(appendedMessages -> users.addAll(appendedMessages.allRecipients()));
    var parts = new ArrayList<PendingResult<List<InboxHead>>>();
    // In the order of their users, as everybody locks them.
    for (List<UserId> some : Batches.split(users, USERS_AT_ONCE)) {
      parts.add(
          tx.query(LOCK_HEADS, some)
              .afterCommit(row -> new InboxHead(row.getUser("user_id"), row.getLong("seq"))));
    }
    return new LockedHeads(parts);
  }

  /** Heads as they were before the transaction. They are known after the commit. */
  private static final class LockedHeads {
    private final List<PendingResult<List<InboxHead>>> parts;
    private final Map<UserId, Long> numbers = new HashMap<>();

    LockedHeads(List<PendingResult<List<InboxHead>>> parts) {
      this.parts = parts;
    }

    long of(UserId user) {
      if (numbers.isEmpty()) {
        parts.forEach(part -> part.get().forEach(head -> numbers.put(head.user, head.seq)));
      }
      return requireNonNull(numbers.get(user));
    }
  }

  private record InboxHead(UserId user, long seq) {}

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
    var requestRevision = encodedMessage.entry.revision();
    return ValueReader.values(
        id,
        requestRevision == null ? null : requestRevision.requestId(),
        requestRevision == null ? null : requestRevision.number(),
        new String(encodedMessage.message.json(), UTF_8),
        at);
  }

  private static Map<UserId, Long> assignPositions(
      OutgoingMessage outgoingMessage, Map<UserId, Long> amounts) {
    var positions = new TreeMap<UserId, Long>();
    for (UserId user : outgoingMessage.audience()) {
      positions.put(user, amounts.merge(user, 1L, Long::sum));
    }
    return positions;
  }

  /** Raises the floors of users who lose their access to what came before this message. */
  private static void closeHistory(
      OutgoingMessages outgoingMessages,
      OutgoingMessage outgoingMessage,
      Map<UserId, Long> positions,
      Map<UserId, Long> floors) {
    if (outgoingMessage.type() == MessageType.ACCESS_CHANGED) {
      positions.forEach(
          (user, position) -> {
            if (outgoingMessages.revokesAccessOf(user)) {
              floors.put(user, position);
            }
          });
    }
  }

  /** Most of a large audience have the same position. */
  private static Map<Long, List<UserId>> groupByPosition(Map<UserId, Long> positions) {
    var groups = new TreeMap<Long, List<UserId>>();
    positions.forEach(
        (user, position) -> groups.computeIfAbsent(position, _ -> new ArrayList<>()).add(user));
    return groups;
  }

  private static void insertForMany(Transaction tx, long message, Map<Long, List<UserId>> groups) {
    groups.forEach(
        (position, users) -> {
          for (List<UserId> some : Batches.split(users, USERS_AT_ONCE)) {
            tx.enqueue(
                """
                INSERT INTO inbox (user_id, seq, message_id)
                SELECT user_id, seq + CAST(? AS bigint), CAST(? AS bigint)
                FROM inbox_head WHERE user_id IN (?)""",
                position,
                message,
                some);
          }
        });
  }
}
