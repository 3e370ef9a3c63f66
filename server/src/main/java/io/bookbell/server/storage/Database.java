package io.bookbell.server.storage;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The store, reached only through whole transactions. Thread-safe; no method blocks its caller.
 *
 * <p>The future of a call completes after the commit (or the rollback), on a thread of the
 * database, so what follows it must not block. It completes exceptionally with whatever the work
 * threw, after a rollback: a refused command leaves nothing behind. Where the database itself is in
 * trouble, that is a {@link StorageException}.
 */
public interface Database extends AutoCloseable {

  /**
   * Runs the work in a read-write transaction, which it may share with other works: each succeeds
   * or fails for itself, and none is answered before the commit. The work may run more than once,
   * when the database asks for a retry (serialization failure or deadlock, at most three times) or
   * when it has to queue ({@link Transaction#lockOwnerRow}), so its only effects are those on the
   * transaction it is handed.
   */
  <T> CompletableFuture<T> write(Function<Transaction, T> work);

  /**
   * As {@link #write}, and goes on for a while when the disk is full, by a reserve that is kept for
   * it where there can be one: for signing in and out.
   */
  <T> CompletableFuture<T> writeFromReserve(Function<Transaction, T> work);

  /** Runs the work on one read-only snapshot. */
  <T> CompletableFuture<T> read(Function<Transaction, T> work);

  /** Whether other processes may commit to it too, so that it must be polled for what they did. */
  boolean isShared();

  /** Which database this is, in words for logs: "SQLite" or "PostgreSQL". */
  String productName();

  /**
   * Completes when the database has answered and, if the last write failed, could be written again;
   * otherwise fails with a {@link StorageException}.
   */
  CompletableFuture<?> checkHealth();

  /** Whether the last write went through. */
  boolean isWritable();

  /** The size of SQLite's write-ahead log in bytes; empty for a database that sees to its own. */
  OptionalLong logSize();

  /** Waits for the work under way, then closes every connection. */
  @Override
  void close();
}
