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

/**
 * Ids for new rows of tables with generated ids, before the rows are inserted. So several dependent
 * rows can be sent together. Confined to the session's thread.
 */
public final class ReservedIds {
  /** Identity columns get their ids from sequences with these names. */
  private static final String NEXT_POSTGRES_IDS =
      """
      SELECT name, nextval(CAST(name || '_id_seq' AS regclass)) AS id
      FROM unnest(CAST(? AS text[])) AS name""";

  /** SQLite keeps the highest id of each table in a table of its own. */
  private static final String NEXT_SQLITE_IDS =
      "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ? RETURNING seq";

  private static final String ALL_TABLES = "";

  private final Map<String, Deque<Long>> free = new HashMap<>();

  /** Those that aren't answered yet: on PostgreSQL one for all tables, on SQLite one for each. */
  private final Map<String, IdReservation> reservations = new HashMap<>();

  private final SqlSession session;

  public ReservedIds(SqlSession session) {
    this.session = session;
  }

  /**
   * Reserves ids together with the next statement, and together with other ids that are reserved
   * before it is sent.
   */
  public void reserve(String table, int amount) {
    String key = keyOf(table);
    IdReservation open = reservations.get(key);
    if (open != null && open.isCompleted()) {
      keepIds(key);
    }
    reservations.computeIfAbsent(key, _ -> newReservation(table)).add(table, amount);
  }

  private String keyOf(String table) {
    return session.isPostgres() ? ALL_TABLES : table;
  }

  private IdReservation newReservation(String table) {
    return session.isPostgres() ? new PostgresReservation() : new SqliteReservation(table);
  }

  /** Takes ascending ids: first the reserved ones, then new ones. */
  public List<Long> take(String table, int amount) {
    String key = keyOf(table);
    Deque<Long> ids = freeIds(table);
    while (ids.size() < amount) {
      if (!reservations.containsKey(key)) {
        reserve(table, amount - ids.size());
      }
      keepIds(key);
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

  private void keepIds(String key) {
    IdReservation answered = requireNonNull(reservations.remove(key));
    answered.ids().forEach(next -> freeIds(next.table).add(next.id));
  }

  private record NextId(String table, long id) {}

  /** A statement that reserves ids, to which more can be added until it is sent. */
  private interface IdReservation {
    void add(String table, int amount);

    boolean isCompleted();

    /** Returns the ids of each table in their order, after sending all statements that wait. */
    List<NextId> ids();
  }

  private final class PostgresReservation implements IdReservation {
    /** The table of each id. */
    private final List<String> tables = new ArrayList<>();

    private final PendingResult<List<NextId>> ids =
        session
            .query(NEXT_POSTGRES_IDS, (Supplier<SqlArray>) () -> SqlArray.ofList(tables))
            .later(row -> new NextId(row.getString("name"), row.getLong("id")));

    @Override
    public void add(String table, int amount) {
      tables.addAll(Collections.nCopies(amount, table));
    }

    @Override
    public boolean isCompleted() {
      return ids.isKnown();
    }

    @Override
    public List<NextId> ids() {
      return ids.get();
    }
  }

  private final class SqliteReservation implements IdReservation {
    private final String table;
    private final PendingResult<List<Long>> last;
    private int amount;

    SqliteReservation(String table) {
      this.table = table;
      this.last =
          session
              .query(NEXT_SQLITE_IDS, (Supplier<Integer>) () -> amount, table)
              .later(row -> row.getLong("seq"));
    }

    @Override
    public void add(String table, int amount) {
      this.amount += amount;
    }

    @Override
    public boolean isCompleted() {
      return last.isKnown();
    }

    @Override
    public List<NextId> ids() {
      List<Long> known = last.get();
      long end = known.isEmpty() ? startSequence() : known.getFirst();
      return LongStream.rangeClosed(end - amount + 1, end)
          .mapToObj(id -> new NextId(table, id))
          .toList();
    }

    /** The table has never had a row, unless one was inserted in the meantime. */
    private long startSequence() {
      return session
          .query(NEXT_SQLITE_IDS, amount, table)
          .first(row -> row.getLong("seq"))
          .orElseGet(
              () -> {
                session.update(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, amount);
                return (long) amount;
              });
    }
  }
}
