package io.bookbell.server.storage.sql;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Ids for new rows of tables with generated ids, before the rows are inserted. So several dependent
 * rows can be sent together. Confined to the session's thread.
 */
public final class ReservedIds {
  /** Identity columns get their ids from sequences with these names. */
  private static final String NEXT_IDS =
      """
      SELECT name, nextval(CAST(name || '_id_seq' AS regclass)) AS id
      FROM unnest(CAST(? AS text[])) AS name""";

  private final Map<String, Deque<Long>> free = new HashMap<>();
  private final SqlSession session;
  private @Nullable Reservation reservation;

  public ReservedIds(SqlSession session) {
    this.session = session;
  }

  /**
   * Reserves ids, on PostgreSQL together with the next statement, and together with other ids that
   * are reserved before it is sent.
   */
  public void reserve(String table, int amount) {
    if (!session.isPostgres()) {
      return;
    }
    if (reservation != null && reservation.ids.isKnown()) {
      keepIds(reservation);
    }
    if (reservation == null) {
      reservation = new Reservation(session);
    }
    reservation.tables.addAll(Collections.nCopies(amount, table));
  }

  /** Takes ascending ids: first the reserved ones, then new ones. */
  public List<Long> take(String table, int amount) {
    Deque<Long> ids = freeIds(table);
    if (!session.isPostgres()) {
      ids.addAll(takeFromSqlite(table, amount));
    }
    while (ids.size() < amount) {
      if (reservation == null) {
        reserve(table, amount - ids.size());
      }
      keepIds(requireNonNull(reservation));
    }
    var taken = new ArrayList<Long>();
    for (int number = 0; number < amount; number++) {
      taken.add(ids.remove());
    }
    return taken;
  }

  private Deque<Long> freeIds(String table) {
    return free.computeIfAbsent(table, _ -> new ArrayDeque<>());
  }

  private void keepIds(Reservation answered) {
    reservation = null;
    answered.ids.get().forEach(next -> freeIds(next.table).add(next.id));
  }

  private record NextId(String table, long id) {}

  /** A query for new ids, to which more can be added until it is sent. */
  private static final class Reservation {
    /** The table of each id. */
    private final List<String> tables = new ArrayList<>();

    private final PendingResult<List<NextId>> ids;

    Reservation(SqlSession session) {
      Supplier<SqlArray> names = () -> SqlArray.ofList(tables);
      this.ids =
          session
              .query(NEXT_IDS, names)
              .later(row -> new NextId(row.getString("name"), row.getLong("id")));
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
