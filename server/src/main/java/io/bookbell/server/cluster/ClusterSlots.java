package io.bookbell.server.cluster;

import static java.util.stream.Collectors.joining;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits each user's open sockets across all nodes. Thread-safe.
 *
 * <p>Every connection slot is a row in PostgreSQL that is inserted and counted under an advisory
 * lock on the user, so the limit is exact even if several nodes ask at once. A node's slots count
 * while its lease is valid; it renews the lease every few seconds. The tables are unlogged, so
 * taking a slot doesn't wait for the disk; if a crash empties them, the nodes fill them again. A
 * single process counts in memory ({@link io.bookbell.hub.WebSocketManager#tryReserve}) and doesn't
 * need this class.
 */
public final class ClusterSlots implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClusterSlots.class);
  private static final Duration BEAT = Duration.ofSeconds(5);
  private static final Duration FREED_WITHIN = Duration.ofMillis(50);

  /** Longer than a node may pause without losing its slots. */
  private static final Duration LEASE = Duration.ofSeconds(20);

  /** One beat in this many compares all of the node's rows. */
  private static final int THOROUGH = 12;

  private static final Duration FORGET = Duration.ofMinutes(1);

  /** The first half of the advisory locks' keys: "seat". */
  private static final int LOCKS = 0x73656174;

  private static final String COUNT_SLOTS =
      """
      SELECT count(*) AS amount
      FROM socket_place p
      JOIN serving_node n ON n.id = p.node_id
      WHERE p.user_id = ? AND n.alive_until > now()""";

  private static final String INSERT_SLOTS =
      """
      INSERT INTO socket_place (node_id, id, user_id)
      SELECT ?, id, user_id
      FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[])) AS place (id, user_id)
      ON CONFLICT DO NOTHING""";

  private static final String RENEW_NODE =
      """
      INSERT INTO serving_node (id, alive_until) VALUES (?, now() + ? * INTERVAL '1 ms')
      ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until
      RETURNING (xmax = 0) AS added""";

  private static final String DELETE_EXPIRED_NODES =
      """
      WITH dead AS (
        DELETE FROM serving_node WHERE alive_until < now() - ? * INTERVAL '1 ms'
        RETURNING id)
      DELETE FROM socket_place WHERE node_id IN (SELECT id FROM dead)""";

  private final String node = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("slots").daemon().factory());
  private final Map<Long, UserId> held = new ConcurrentHashMap<>();
  private final Map<Long, UserId> freed = new ConcurrentHashMap<>();
  private final AtomicBoolean freeing = new AtomicBoolean();
  private final Database database;
  private final int most;
  private long lastId;
  private int beats;
  private boolean failing;

  /**
   * @param most how many slots one user may hold
   */
  public ClusterSlots(Database database, int most) {
    this.database = database;
    this.most = most;
  }

  public void start() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::runHeartbeat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One connection slot, held until it is closed. */
  public interface ClusterSlot extends AutoCloseable {
    /** Releases the slot. Further calls do nothing. */
    @Override
    void close();
  }

  /** Takes a slot; empty if the user already holds the maximum. */
  public CompletionStage<Optional<ClusterSlot>> acquireSlot(UserId user) {
    long id = hold(user);
    CompletableFuture<Boolean> taken = database.write(tx -> acquireSlot(tx, id, user));
    return taken
        .whenComplete(
            (granted, failure) -> {
              if (failure != null || !granted) {
                releaseSlot(id); // a beat, or a commit without response, may have stored it
              }
            })
        .thenApply(granted -> granted ? Optional.of(() -> releaseSlot(id)) : Optional.empty());
  }

  private synchronized long hold(UserId user) {
    lastId++;
    held.put(lastId, user);
    return lastId;
  }

  /**
   * The slots that are held, of all that have an id up to the last one.
   *
   * @param lastId slots with a higher id may be held by now
   */
  private record HeldSlots(List<Long> ids, long lastId) {}

  private synchronized HeldSlots heldSlots() {
    return new HeldSlots(List.copyOf(held.keySet()), lastId);
  }

  /** Counts the slots of each user on all nodes, of {@code most} users at most. */
  public static Map<UserId, Integer> countByUser(Transaction tx, int most) {
    return tx.query(
            """
            SELECT p.user_id, count(*) AS amount
            FROM socket_place p
            JOIN serving_node n ON n.id = p.node_id
            WHERE n.alive_until > now()
            GROUP BY p.user_id
            ORDER BY p.user_id
            LIMIT ?""",
            most)
        .map(row -> row.getUser("user_id"), row -> row.getInt("amount"));
  }

  private boolean acquireSlot(Transaction tx, long id, UserId user) {
    tx.enqueue("SELECT pg_advisory_xact_lock(?, ?)", LOCKS, Long.hashCode(user.value()));
    deleteSlots(tx, releasedBy(user));
    int taken = tx.query(COUNT_SLOTS, user).single(row -> row.getInt("amount"));
    if (taken >= most) {
      return false;
    }
    insertSlots(tx, Map.of(id, user));
    return true;
  }

  private List<Long> releasedBy(UserId user) {
    return freed.entrySet().stream()
        .filter(each -> each.getValue().equals(user))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Requires an immutable map, because keys and values must iterate in the same order. */
  private void insertSlots(Transaction tx, Map<Long, UserId> slots) {
    tx.update(
        INSERT_SLOTS,
        node,
        toArrayText(slots.keySet()),
        toArrayText(slots.values().stream().map(UserId::value).toList()));
  }

  private void deleteSlots(Transaction tx, List<Long> ids) {
    if (!ids.isEmpty()) {
      tx.update(
          "DELETE FROM socket_place WHERE node_id = ? AND id = ANY (CAST(? AS bigint[]))",
          node,
          toArrayText(ids));
    }
  }

  /** An array as PostgreSQL reads it: one value, however many sockets a node has. */
  private static String toArrayText(Collection<Long> numbers) {
    return numbers.stream().map(String::valueOf).collect(joining(",", "{", "}"));
  }

  private void releaseSlot(long id) {
    UserId user = held.remove(id);
    if (user != null) {
      freed.put(id, user);
      if (freeing.compareAndSet(false, true)) {
        scheduleDeletion();
      }
    }
  }

  private void scheduleDeletion() {
    try {
      var _ = thread.schedule(this::deleteReleased, FREED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      // closing, which deletes them all
    }
  }

  private void deleteReleased() {
    freeing.set(false);
    List<Long> ids = List.copyOf(freed.keySet());
    if (tryWrite(tx -> deleteSlots(tx, ids))) {
      freed.keySet().removeAll(ids);
    }
  }

  /** Renews the lease, and repairs rows that are missing or left over. */
  private void runHeartbeat() {
    boolean thorough = beats++ % THOROUGH == 0;
    tryWrite(
        tx -> {
          if (renewNode(tx)) {
            insertSlots(tx, Map.copyOf(held));
          }
          if (thorough) {
            deleteExcept(tx, heldSlots());
            deleteExpiredNodes(tx);
          }
        });
    deleteReleased();
  }

  /**
   * Renews the lease. Returns whether the node had no row, so that its slots must be stored again.
   */
  private boolean renewNode(Transaction tx) {
    return tx.query(RENEW_NODE, node, LEASE.toMillis()).single(row -> row.getBoolean("added"));
  }

  private void deleteExcept(Transaction tx, HeldSlots slots) {
    tx.update(
        """
        DELETE FROM socket_place
        WHERE node_id = ? AND id <= ? AND NOT (id = ANY (CAST(? AS bigint[])))""",
        node,
        slots.lastId,
        toArrayText(slots.ids));
  }

  private static void deleteExpiredNodes(Transaction tx) {
    tx.update(DELETE_EXPIRED_NODES, FORGET.toMillis());
  }

  private boolean tryWrite(Consumer<Transaction> work) {
    try {
      database
          .write(
              tx -> {
                work.accept(tx);
                return true;
              })
          .join();
      failing = false;
      return true;
    } catch (RuntimeException e) {
      if (!failing && !thread.isShutdown()) {
        log.warn("The connection slots could not be stored; trying again", e);
        failing = true;
      }
      return false;
    }
  }

  /** Releases all of the node's slots and its lease. */
  @Override
  public void close() {
    thread.close();
    tryWrite(
        tx -> {
          tx.update("DELETE FROM socket_place WHERE node_id = ?", node);
          tx.update("DELETE FROM serving_node WHERE id = ?", node);
        });
  }
}
