package io.bookbell.server.http;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.WriteCommand;
import java.util.function.Supplier;

/** The first step of a route's {@link WriteCommand}, which returns its decision. */
@FunctionalInterface
public interface CommandHandler<C, T> {
  Supplier<T> prepare(Transaction tx, Caller caller, C command);
}
