package io.bookbell.server.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of a connection by their SQL text: SQLite's driver compiles a statement
 * each time it is prepared, which can take longer than running it. Confined to one thread.
 */
final class StatementCache {
  private static final int MAX_RETAINED = 256;

  /** Longer texts contain long lists, whose length rarely recurs. */
  private static final int MAX_RETAINED_LENGTH = 16_000;

  /**
   * Statements that nobody is using, least recently used first. The first String of each text stays
   * the key: replacing it on each use would promote every new String to the old generation, only to
   * discard it.
   */
  private final LinkedHashMap<String, PreparedStatement> idle =
      new LinkedHashMap<>(16, 0.75f, true);

  /** The numbers of a query's columns by their names, for the texts that are kept. */
  private final Map<String, Map<String, Integer>> places = new HashMap<>();

  private final Connection connection;

  StatementCache(Connection connection) {
    this.connection = connection;
  }

  /** Takes a statement out of the cache, or prepares it. */
  PreparedStatement take(String sql) throws SQLException {
    @Nullable PreparedStatement known = idle.remove(sql);
    return known == null ? connection.prepareStatement(sql) : known;
  }

  /**
   * Returns a statement to the cache. Its parameters are not cleared: the next user sets all of
   * them, and SQLite recompiles joins after they were cleared.
   */
  void giveBack(String sql, PreparedStatement statement) throws SQLException {
    if (sql.length() > MAX_RETAINED_LENGTH) {
      statement.close();
      return;
    }
    @Nullable PreparedStatement twin = idle.put(sql, statement);
    if (twin != null) {
      twin.close();
    }
    if (idle.size() > MAX_RETAINED) {
      idle.pollFirstEntry().getValue().close();
    }
  }

  /**
   * Returns the numbers of a result's columns by their names. SQLite's driver would ask for the
   * names of all columns up to the one it looks for, for each column of each result.
   */
  Map<String, Integer> placesOf(String sql, ResultSet result) throws SQLException {
    @Nullable Map<String, Integer> known = places.get(sql);
    if (known != null) {
      return known;
    }
    var read = new HashMap<String, Integer>();
    ResultSetMetaData columns = result.getMetaData();
    for (int place = 1; place <= columns.getColumnCount(); place++) {
      read.putIfAbsent(columns.getColumnLabel(place), place);
    }
    if (sql.length() <= MAX_RETAINED_LENGTH && places.size() < MAX_RETAINED) {
      places.put(sql, read);
    }
    return read;
  }
}
