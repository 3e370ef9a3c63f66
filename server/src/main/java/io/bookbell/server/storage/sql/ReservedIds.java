package io.bookbell.server.storage.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Ids for new rows of tables with generated ids, before the rows are inserted. So several dependent
 * rows can be sent together. Confined to the session's thread.
 */
public final class ReservedIds {
  private final Map<String, Deque<IdReservation>> reservations = new HashMap<>();
  private final Map<String, Deque<Long>> free = new HashMap<>();
  private final SqlSession session;

  public ReservedIds(SqlSession session) {
    this.session = session;
  }

  /**
   * Reserves ids, on PostgreSQL together with the next statement, and together with other ids of
   * the table.
   */
  public void reserve(String table, int amount) {
    Deque<IdReservation> known = reservations.computeIfAbsent(table, _ -> new ArrayDeque<>());
    if (!known.isEmpty() && !known.getLast().ids.isKnown()) {
      known.getLast().amount += amount;
    } else if (session.isPostgres()) {
      known.add(new IdReservation(session, table, amount));
    }
  }

  /** Takes ascending ids: first the reserved ones, then new ones. */
  public List<Long> take(String table, int amount) {
    Deque<Long> ids = free.computeIfAbsent(table, _ -> new ArrayDeque<>());
    if (session.isPostgres()) {
      Deque<IdReservation> known = reservations.computeIfAbsent(table, _ -> new ArrayDeque<>());
      while (ids.size() < amount) {
        if (known.isEmpty()) {
          reserve(table, amount - ids.size());
        }
        ids.addAll(known.remove().ids.get());
      }
    } else {
      ids.addAll(takeFromSqlite(table, amount));
    }
    var taken = new ArrayList<Long>();
    for (int number = 0; number < amount; number++) {
      taken.add(ids.remove());
    }
    return taken;
  }

  /** A query for new ids, to which more can be added until it is sent. */
  private static final class IdReservation {
    private final PendingResult<List<Long>> ids;
    private int amount;

    IdReservation(SqlSession session, String table, int amount) {
      this.amount = amount;
      Supplier<Integer> asked = () -> this.amount;
      this.ids =
          session
              .query(
                  """
                  SELECT nextval(pg_get_serial_sequence(?, 'id')) AS id
                  FROM generate_series(1, ?)""",
                  table,
                  asked)
              .later(row -> row.getLong("id"));
    }
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
