package io.bookbell.server.http;

import io.bookbell.server.storage.Transaction;

/** The work of a route, in the given transaction. */
@FunctionalInterface
public interface TransactionHandler<C> {
  ApiResponse run(Transaction tx, Caller caller, C command);
}
