package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.SqlFragment;

/**
 * A position in PostgreSQL's order of transactions, used to find rows that other nodes have
 * written. SQLite has no such order.
 *
 * @param transactionId the oldest transaction whose rows are wanted
 */
public record TransactionCursor(long transactionId) {
  /**
   * Selects the rows that this transaction or a later one has written.
   *
   * @param column of type {@code xid8}
   */
  public SqlFragment writtenSince(String table, String column) {
    return SqlFragment.of(
        table + "." + column + " >= CAST(? AS xid8)", Long.toString(transactionId));
  }
}
