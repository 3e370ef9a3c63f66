package io.bookbell.server.storage.sql;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A statement that returns rows, and its values. It runs each time its rows are asked for. */
public final class SqlQuery {
  private final SqlSession session;
  private final String sql;
  private final @Nullable Object[] values;

  SqlQuery(SqlSession session, String sql, @Nullable Object[] values) {
    this.session = session;
    this.sql = sql;
    this.values = values;
  }

  /** All rows, in their order. */
  public <T> List<T> list(RowMapper<T> mapper) {
    return later(mapper).get();
  }

  /** All rows, in their order. They are read together with those of the next statement. */
  public <T> PendingResult<List<T>> later(RowMapper<T> mapper) {
    return session.fetchLater(sql, values, mapper);
  }

  /**
   * Like {@link #later}, for rows that are needed only after the commit. They come with its answer,
   * so they don't cost a round trip. On PostgreSQL, an error in reading them can't prevent the
   * commit.
   */
  public <T> PendingResult<List<T>> afterCommit(RowMapper<T> mapper) {
    return session.fetchAfterCommit(sql, values, mapper);
  }

  /**
   * Passes on all rows in their order, without holding all of them in memory. The consumer must not
   * use the transaction.
   *
   * @return the number of rows
   */
  public <E extends Exception> long forEach(RowConsumer<E> consumer) throws E {
    return session.fetchEach(sql, values, consumer);
  }

  public <T> Set<T> set(RowMapper<T> mapper) {
    return new HashSet<>(list(mapper));
  }

  /** All rows by a key, in their order. */
  public <K, V> Map<K, V> map(RowMapper<K> key, RowMapper<V> value) {
    var found = new LinkedHashMap<K, V>();
    list(
        row -> {
          found.put(key.map(row), value.map(row));
          return true;
        });
    return found;
  }

  /** The first row. */
  public <T> Optional<T> first(RowMapper<T> mapper) {
    return list(mapper).stream().findFirst();
  }

  /**
   * The only row.
   *
   * @throws IllegalStateException if there isn't exactly one
   */
  public <T> T single(RowMapper<T> mapper) {
    List<T> rows = list(mapper);
    if (rows.size() != 1) {
      throw new IllegalStateException(rows.size() + " rows instead of one: " + sql);
    }
    return rows.getFirst();
  }

  /** Whether there is a row. */
  public boolean exists() {
    return !list(row -> true).isEmpty();
  }
}
