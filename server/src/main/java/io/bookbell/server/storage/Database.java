package io.bookbell.server.storage;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The database, accessible only through whole transactions. Thread-safe; no method blocks its
 * caller except {@link #close}.
 *
 * <p>A call's future completes after the commit or rollback, on one of the database's threads, so
 * dependent stages must not block. If the work throws, the transaction rolls back and the future
 * completes with that exception, so a refused command leaves nothing behind. If the database itself
 * failed, the exception is a {@link StorageException}.
 */
public interface Database extends AutoCloseable {

  /**
   * Runs the work in a read-write transaction that it may share with other commands (group commit).
   * Each command succeeds or fails on its own, and no future completes before the commit. The work
   * may run more than once: after a serialization failure or a deadlock, which are retried up to
   * three times, or if it has to queue for its turn ({@link Transaction#lockOwnerRow}). It must
   * therefore have no side effects outside its transaction.
   */
  <T> CompletableFuture<T> write(Function<Transaction, T> work);

  /**
   * Like {@link #write}, for a command that may be decided together with others of the same owner.
   */
  <T> CompletableFuture<T> writeCommand(WriteCommand<T> command);

  /**
   * Like {@link #write}, but keeps working for a while on a full disk by using up a reserve, if the
   * database has one. For signing in and out, and ending sessions and keys.
   */
  <T> CompletableFuture<T> writeFromReserve(Function<Transaction, T> work);

  /** Runs the work on one consistent read-only snapshot. */
  <T> CompletableFuture<T> read(Function<Transaction, T> work);

  /**
   * Like {@link #read}, on PostgreSQL in one round trip if the work asks for all it needs ({@code
   * later}, {@link Transaction#lookUp}) before it uses the first result. If it asks for more, it
   * runs again with {@link #read}.
   */
  default <T> CompletableFuture<T> readOnce(Function<Transaction, T> work) {
    return read(work);
  }

  /**
   * Whether other processes can commit to this database too, so that their changes have to be
   * polled.
   */
  boolean isShared();

  /** The mark beside the file that holds the data; empty if it's a server's. */
  default Optional<FileMark> fileMark() {
    return Optional.empty();
  }

  /** The product's name for log messages: "SQLite" or "PostgreSQL". */
  String productName();

  /**
   * Checks that the database responds and, if the last write failed, that it can be written again.
   * The future fails with a {@link StorageException} if not.
   */
  CompletableFuture<?> checkHealth();

  /** Whether the last write succeeded and the database is reachable. */
  boolean isWritable();

  /**
   * The size of SQLite's write-ahead log in bytes; empty for a database that manages its own log.
   */
  OptionalLong logSize();

  /** Waits for running work, then closes all connections. */
  @Override
  void close();
}
