package io.bookbell.server.storage.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A query for the rows of a key. On PostgreSQL, the keys of all commands that are decided together
 * are looked up with one statement.
 *
 * <p>The text compares with {@code IN (VALUES (?, ...))}, or joins {@code WITH asked (...) AS
 * (VALUES (?, ...))}. Each {@code ?} that isn't a text needs a type, as in {@code CAST(? AS
 * bigint)}. One key alone is compared with {@code = (?, ...)}.
 *
 * @param sql the statement for one key, with all its places in the tuple after {@code VALUES}
 * @param keyValues the values of a key's tuple
 * @param keyOfRow reads the key that a row belongs to, which must equal the one that was asked for
 */
public record SqlLookup<K, V>(
    String sql, ValueReader<K> keyValues, RowMapper<K> keyOfRow, RowMapper<V> mapper) {

  /** Reads all rows, by key and in their order. */
  Map<K, List<V>> readRows(PreparedStatement statement, SqlSession session) throws SQLException {
    var found = new LinkedHashMap<K, List<V>>();
    try (ResultSet result = statement.getResultSet()) {
      SqlRow row = session.rowOf(sql, result);
      while (result.next()) {
        found.computeIfAbsent(keyOfRow.map(row), _ -> new ArrayList<>()).add(mapper.map(row));
      }
    }
    return found;
  }
}
