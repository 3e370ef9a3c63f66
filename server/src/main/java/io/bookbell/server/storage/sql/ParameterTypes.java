package io.bookbell.server.storage.sql;

import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The PostgreSQL types of the places in statements, which the database is asked for once for each
 * text. One for each database; thread-safe.
 */
public final class ParameterTypes {
  private final Map<String, List<String>> known = new ConcurrentHashMap<>();

  /** The type of each place, in their order. */
  List<String> of(String sql, Connection connection) throws SQLException {
    List<String> types = known.get(sql);
    if (types == null) {
      types = read(sql, connection);
      known.put(sql, types);
    }
    return types;
  }

  private static List<String> read(String sql, Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      ParameterMetaData places = statement.getParameterMetaData();
      var types = new ArrayList<String>();
      for (int place = 1; place <= places.getParameterCount(); place++) {
        types.add(places.getParameterTypeName(place));
      }
      return types;
    }
  }
}
