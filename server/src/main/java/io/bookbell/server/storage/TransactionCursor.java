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
   * Selects the rows that this transaction or a later one has written. Ids that no transaction has
   * had yet come from another PostgreSQL, from which the database was moved; their rows are left
   * out.
   *
   * @param column of type {@code xid8}
   */
  public SqlFragment writtenSince(String table, String column) {
    return SqlFragment.of(
        "%1$s >= CAST(? AS xid8) AND %1$s < pg_snapshot_xmax(pg_current_snapshot())"
            .formatted(table + "." + column),
        Long.toString(transactionId));
  }
}
