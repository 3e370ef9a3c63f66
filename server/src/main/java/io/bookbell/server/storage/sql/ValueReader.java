package io.bookbell.server.storage.sql;

import org.jspecify.annotations.Nullable;

/** Reads a row's values from an object, in the order of the statement's columns. */
@FunctionalInterface
public interface ValueReader<A> {
  @Nullable Object[] valuesOf(A row);

  /** The values as an array. */
  static @Nullable Object[] values(@Nullable Object... values) {
    return values;
  }
}
