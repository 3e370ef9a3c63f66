package io.bookbell.server.storage.sql;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The values of statements: how they are stored, and how they are bound. */
final class SqlValues {
  private SqlValues() {}

  /** Replaces each {@code Supplier}, a value that is known only when the statement is sent. */
  static List<@Nullable Object> resolve(List<@Nullable Object> values) {
    var resolved = new ArrayList<@Nullable Object>();
    for (@Nullable Object value : values) {
      resolved.add(value instanceof Supplier<?> later ? later.get() : value);
    }
    return resolved;
  }

  /** Converts a value to the form in which it is stored. */
  static @Nullable Object toStored(@Nullable Object value) {
    return switch (value) {
      case UserId user -> user.value();
      case Instant time -> time.toEpochMilli();
      case null -> null;
      default -> value;
    };
  }

  static void bind(PreparedStatement statement, int place, @Nullable Object value)
      throws SQLException {
    switch (toStored(value)) {
      case null -> statement.setNull(place, Types.NULL);
      case Long number -> statement.setLong(place, number);
      case Integer number -> statement.setInt(place, number);
      case String text -> statement.setString(place, text);
      case Boolean flag -> statement.setBoolean(place, flag);
      case byte[] bytes -> statement.setBytes(place, bytes);
      case SqlArray array -> statement.setArray(place, array.toJdbc(statement.getConnection()));
      case Object other ->
          throw new IllegalArgumentException("No SQL type for " + other.getClass().getName());
    }
  }

  /** Binds the values of statements that are sent as one text. */
  static void bindAll(PreparedStatement statement, List<ExecutedStatement> all)
      throws SQLException {
    int place = 1;
    for (ExecutedStatement each : all) {
      for (@Nullable Object value : each.values()) {
        bind(statement, place++, value);
      }
    }
  }
}
