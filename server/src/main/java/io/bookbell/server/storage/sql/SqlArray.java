package io.bookbell.server.storage.sql;

import java.lang.reflect.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of one place in many rows.
 *
 * @param type the PostgreSQL type of a value
 */
public record SqlArray(String type, List<@Nullable Object> values) {

  /** An array of a list of numbers or texts. */
  static SqlArray ofList(Collection<?> list) {
    List<@Nullable Object> values = new ArrayList<>();
    list.forEach(value -> values.add(SqlValues.toStored(value)));
    String type =
        switch (values.getFirst()) {
          case Long _ -> "int8";
          case Integer _ -> "int4";
          case String _ -> "text";
          case null, default ->
              throw new IllegalArgumentException("No SQL type for a list of " + list);
        };
    return new SqlArray(type, values);
  }

  /** The arrays of all places of some rows. */
  static List<@Nullable Object> ofColumns(List<String> types, List<List<@Nullable Object>> rows) {
    var columns = new ArrayList<@Nullable Object>();
    for (int place = 0; place < types.size(); place++) {
      var values = new ArrayList<@Nullable Object>();
      for (List<@Nullable Object> row : rows) {
        values.add(SqlValues.toStored(row.get(place)));
      }
      columns.add(new SqlArray(types.get(place), values));
    }
    return columns;
  }

  java.sql.Array toJdbc(Connection connection) throws SQLException {
    Class<?> kind =
        values.stream()
            .filter(Objects::nonNull)
            .findFirst()
            .<Class<?>>map(Object::getClass)
            .orElse(String.class); // PostgreSQL reads NULL as any type
    Object[] typed = (Object[]) Array.newInstance(kind, values.size());
    return connection.createArrayOf(type, values.toArray(typed));
  }
}
