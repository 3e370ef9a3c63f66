package io.bookbell.server.storage;

import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.val;

import org.jooq.Condition;

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
   * @param column of type {@code xid8}, which isn't part of the generated schema
   */
  public Condition writtenSince(String table, String column) {
    return condition(
        "{0} >= cast({1} as xid8)", field(name(table, column)), val(Long.toString(transactionId)));
  }
}
