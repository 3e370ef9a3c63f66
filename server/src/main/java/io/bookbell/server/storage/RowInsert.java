package io.bookbell.server.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Insert;
import org.jooq.InsertValuesStepN;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * Inserts rows of one table, many per statement. Thread-safe.
 *
 * @param <A> the type from which a row's values are read
 */
public final class RowInsert<A> {
  /** Up to this many rows, each number of rows has its own prepared statement. */
  private static final int ANY_NUMBER = 16;

  private final Map<Integer, PreparedQuery<List<A>, Insert<?>>> bySize = new ConcurrentHashMap<>();
  private final Map<NumberedInsertKey, PreparedQuery<List<A>, ResultQuery<Record1<Long>>>>
      numbered = new ConcurrentHashMap<>();
  private final Table<?> table;
  private final List<InsertColumn<A, ?>> columns;
  private final boolean onlyNew;

  private record NumberedInsertKey(int rows, Field<Long> id) {}

  private RowInsert(Table<?> table, List<InsertColumn<A, ?>> columns, boolean onlyNew) {
    this.table = table;
    this.columns = columns;
    this.onlyNew = onlyNew;
  }

  private record InsertColumn<A, T>(
      Field<T> field, Function<? super A, ? extends @Nullable T> value) {
    Field<T> parameterFor(int row, PreparedQuery.ParameterBinder<List<A>> from) {
      return from.parameterFor(field, rows -> value.apply(rows.get(row)));
    }
  }

  /** Collects the columns and where their values come from. */
  public static final class InsertColumns<A> {
    private final List<InsertColumn<A, ?>> columns = new ArrayList<>();
    private final Table<?> table;

    private InsertColumns(Table<?> table) {
      this.table = table;
    }

    public <T> InsertColumns<A> setColumn(
        Field<T> column, Function<? super A, ? extends @Nullable T> value) {
      columns.add(new InsertColumn<>(column, value));
      return this;
    }

    /** Inserting a row that exists fails. */
    public RowInsert<A> failOnConflict() {
      return new RowInsert<>(table, List.copyOf(columns), false);
    }

    /** Inserting a row that exists does nothing. */
    public RowInsert<A> ignoreConflicts() {
      return new RowInsert<>(table, List.copyOf(columns), true);
    }
  }

  public static <A> InsertColumns<A> insertInto(Table<?> table) {
    return new InsertColumns<>(table);
  }

  public void insert(Transaction tx, A row) {
    insert(tx, List.of(row));
  }

  /** Inserts the rows in their order. */
  public void insert(Transaction tx, List<A> rows) {
    for (List<A> some : splitRows(tx, rows)) {
      tx.run(tx.bindQuery(buildInsert(some.size()), some));
    }
  }

  /**
   * Inserts a row with a generated id.
   *
   * @return the id
   */
  public long insertNumbered(Transaction tx, A row, Field<Long> id) {
    return insertNumbered(tx, List.of(row), id).getFirst();
  }

  /**
   * Inserts the rows with generated, ascending ids.
   *
   * @return the ids of the rows that were inserted, in their order
   */
  public List<Long> insertNumbered(Transaction tx, List<A> rows, Field<Long> id) {
    var ids = new ArrayList<Long>();
    for (List<A> some : splitRows(tx, rows)) {
      // Ids are generated in the order of the rows, but may be returned in another.
      ids.addAll(
          tx.bindQuery(insertNumbered(some.size(), id), some).fetch(id).stream().sorted().toList());
    }
    return ids;
  }

  private PreparedQuery<List<A>, Insert<?>> buildInsert(int rows) {
    return bySize.computeIfAbsent(
        rows, size -> PreparedQuery.of((sql, from) -> buildInsert(sql, from, size)));
  }

  private PreparedQuery<List<A>, ResultQuery<Record1<Long>>> insertNumbered(
      int rows, Field<Long> id) {
    return numbered.computeIfAbsent(
        new NumberedInsertKey(rows, id),
        key -> PreparedQuery.withReturning(buildInsert(key.rows), key.id));
  }

  private Insert<?> buildInsert(
      DSLContext sql, PreparedQuery.ParameterBinder<List<A>> from, int size) {
    InsertValuesStepN<?> insert =
        sql.insertInto(table, columns.stream().map(InsertColumn::field).toList());
    for (int number = 0; number < size; number++) {
      int row = number;
      insert =
          insert.values(
              columns.stream().map(insertColumn -> insertColumn.parameterFor(row, from)).toList());
    }
    return onlyNew ? insert.onConflictDoNothing() : insert;
  }

  /**
   * Splits rows over statements. A connection that caches statements keeps one per number of rows,
   * so large numbers are rounded down to powers of two.
   */
  private List<List<A>> splitRows(Transaction tx, List<A> rows) {
    var parts = new ArrayList<List<A>>();
    int most = PreparedQuery.MOST_VALUES / columns.size();
    for (int from = 0; from < rows.size(); from += parts.getLast().size()) {
      int size = Math.min(rows.size() - from, most);
      if (tx.cachesQueries() && size > ANY_NUMBER) {
        size = Integer.highestOneBit(size);
      }
      parts.add(rows.subList(from, from + size));
    }
    return parts;
  }
}
