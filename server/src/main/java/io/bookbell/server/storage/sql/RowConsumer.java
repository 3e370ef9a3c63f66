package io.bookbell.server.storage.sql;

import java.sql.SQLException;

/**
 * Uses one row of a result after the other.
 *
 * @param <E> what it may throw besides
 */
@FunctionalInterface
public interface RowConsumer<E extends Exception> {
  void accept(SqlRow row) throws SQLException, E;
}
