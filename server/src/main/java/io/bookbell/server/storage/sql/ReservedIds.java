package io.bookbell.server.storage.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Ids for new rows of tables with generated ids, before the rows are inserted. So several dependent
 * rows can be sent together. Confined to the session's thread.
 */
public final class ReservedIds {
  private final Map<String, Queue<Supplier<List<Long>>>> requested = new HashMap<>();
  private final Map<String, Deque<Long>> free = new HashMap<>();
  private final SqlSession session;

  public ReservedIds(SqlSession session) {
    this.session = session;
  }

  /** Reserves ids, on PostgreSQL together with the next statement. */
  public void reserve(String table, int amount) {
    requested.computeIfAbsent(table, _ -> new ArrayDeque<>()).add(request(table, amount));
  }

  /** Takes ascending ids: first the reserved ones, then new ones. */
  public List<Long> take(String table, int amount) {
    Deque<Long> ids = free.computeIfAbsent(table, _ -> new ArrayDeque<>());
    Queue<Supplier<List<Long>>> pending = requested.computeIfAbsent(table, _ -> new ArrayDeque<>());
    while (ids.size() < amount) {
      if (pending.isEmpty()) {
        pending.add(request(table, amount - ids.size()));
      }
      ids.addAll(pending.remove().get());
    }
    var taken = new ArrayList<Long>();
    for (int number = 0; number < amount; number++) {
      taken.add(ids.remove());
    }
    return taken;
  }

  private Supplier<List<Long>> request(String table, int amount) {
    return session.isPostgres()
        ? session
            .query(
                "SELECT nextval(pg_get_serial_sequence(?, 'id')) AS id FROM generate_series(1, ?)",
                table,
                amount)
            .later(row -> row.getLong("id"))
        : () -> takeFromSqlite(table, amount);
  }

  /** SQLite keeps the highest id of each table in a table of its own. */
  private List<Long> takeFromSqlite(String table, int amount) {
    long last =
        session
            .query(
                "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ? RETURNING seq",
                amount,
                table)
            .first(row -> row.getLong("seq"))
            .orElseGet(() -> startSequence(table, amount));
    return LongStream.rangeClosed(last - amount + 1, last).boxed().toList();
  }

  private long startSequence(String table, int amount) {
    session.update("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, amount);
    return amount;
  }
}
