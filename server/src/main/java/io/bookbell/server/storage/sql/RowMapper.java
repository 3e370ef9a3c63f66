package io.bookbell.server.storage.sql;

import java.sql.SQLException;

/** Reads a value from one row of a result. */
@FunctionalInterface
public interface RowMapper<T> {
  T map(SqlRow row) throws SQLException;
}
