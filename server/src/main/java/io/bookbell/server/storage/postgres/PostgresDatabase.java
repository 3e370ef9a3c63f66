package io.bookbell.server.storage.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.PostgresConnections;
import io.bookbell.server.storage.PostgresConnections.PostgresCredentials;
import io.bookbell.server.storage.PostgresConnections.PostgresTimeouts;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.WriteCommand;
import io.bookbell.server.storage.WriteHealth;
import io.bookbell.server.storage.WriteJob;
import io.bookbell.server.storage.migration.SchemaMigrator;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.ExtraRoundTripException;
import io.bookbell.server.storage.sql.ParameterTypes;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Database} on PostgreSQL 14 or newer. Thread-safe: there is one thread per connection,
 * and work queues while all are busy. Reads have a pool of their own, so commands that wait for a
 * lock don't delay them. While the database doesn't respond, all work fails at once instead of
 * waiting.
 */
public final class PostgresDatabase implements Database {
  /**
   * Silenced, because the driver also logs what it throws. The field keeps the logger from being
   * garbage collected, which would lose its level.
   */
  private static final java.util.logging.Logger DRIVER_LOG =
      java.util.logging.Logger.getLogger("org.postgresql");

  static {
    DRIVER_LOG.setLevel(java.util.logging.Level.OFF);
  }

  private static final int WRITE_CONNECTIONS = 12;
  private static final int READ_CONNECTIONS = 6;

  private final HikariDataSource writes;
  private final HikariDataSource reads;
  private final PostgresWriter writer;
  private final TimeSource time;
  private final SqlListener listener;
  private final ParameterTypes types = new ParameterTypes();
  private final WriteHealth writeHealth = new WriteHealth();
  private final PostgresHeartbeat heartbeat;
  private final ConnectionThreads writers =
      new ConnectionThreads("postgres-writer", WRITE_CONNECTIONS, PostgresConnections.TIMEOUT);
  private final ConnectionThreads readers =
      new ConnectionThreads("postgres-reader", READ_CONNECTIONS, PostgresConnections.TIMEOUT);

  /**
   * Connects and migrates.
   *
   * @param url such as {@code jdbc:postgresql://host/db}
   * @throws DatabaseException if the server can't be reached or the schema can't be migrated
   */
  public PostgresDatabase(String url, String user, String password, TimeSource time) {
    this(url, user, password, time, SqlListener.NONE);
  }

  /**
   * Like {@link #PostgresDatabase(String, String, String, TimeSource)}.
   *
   * @param listener called before statements are sent
   */
  public PostgresDatabase(
      String url, String user, String password, TimeSource time, SqlListener listener) {
    this(
        new PostgresCredentials(url, user, password),
        time,
        PostgresDatabase::migrate,
        PostgresTimeouts.SERVING,
        listener);
  }

  /**
   * Connects without timeouts and migrates, for work on all stored data.
   *
   * @throws DatabaseException if the server can't be reached or the schema can't be migrated
   */
  public static PostgresDatabase forMaintenance(
      PostgresCredentials postgresCredentials, TimeSource time) {
    return new PostgresDatabase(
        postgresCredentials,
        time,
        PostgresDatabase::migrate,
        PostgresTimeouts.NONE,
        SqlListener.NONE);
  }

  /**
   * Connects without timeouts to a database that another process may be serving. Changes nothing in
   * its schema.
   *
   * @throws DatabaseException if it can't be reached or its schema isn't the newest
   */
  public static PostgresDatabase openExisting(
      PostgresCredentials postgresCredentials, TimeSource time) {
    return new PostgresDatabase(
        postgresCredentials,
        time,
        SchemaMigrator::requireNewest,
        PostgresTimeouts.NONE,
        SqlListener.NONE);
  }

  /**
   * Connects to a database whatever its schema is, and changes nothing in it.
   *
   * @throws DatabaseException if it can't be reached
   */
  public static PostgresDatabase openUnchanged(
      PostgresCredentials postgresCredentials, TimeSource time) {
    return new PostgresDatabase(
        postgresCredentials, time, (_, _) -> {}, PostgresTimeouts.NONE, SqlListener.NONE);
  }

  private PostgresDatabase(
      PostgresCredentials postgresCredentials,
      TimeSource time,
      BiConsumer<DataSource, String> schema,
      PostgresTimeouts postgresTimeouts,
      SqlListener listener) {
    var connections = new PostgresConnections(postgresCredentials);
    connections.requireReachable();
    this.time = time;
    this.listener = listener;
    this.writes = connections.createPool("writes", WRITE_CONNECTIONS, false, postgresTimeouts);
    try {
      PostgresCheck.requireUsable(writes, postgresTimeouts.startupOptions());
      schema.accept(
          connections.createDataSource("migrations", PostgresTimeouts.NONE), "db/postgresql");
      this.reads = connections.createPool("reads", READ_CONNECTIONS, true, postgresTimeouts);
    } catch (RuntimeException e) {
      writes.close();
      throw e;
    }
    this.heartbeat =
        new PostgresHeartbeat(
            connections.createDataSource("heartbeat", PostgresTimeouts.HEARTBEAT),
            writeHealth,
            this::evictConnections);
    this.writer = new PostgresWriter(writes, this::newSession, time, writers, writeHealth);
    if (postgresTimeouts == PostgresTimeouts.SERVING) {
      heartbeat.startBeating();
    }
  }

  private static void migrate(DataSource source, String folder) {
    PostgresSchema.createIfMissing(source);
    SchemaMigrator.migrateToNewest(source, folder);
  }

  private SqlSession newSession(Connection connection) {
    return SqlSession.forPostgres(connection, listener, types);
  }

  /** Closes idle connections now, and the others when they are returned to their pool. */
  private void evictConnections() {
    writes.getHikariPoolMXBean().softEvictConnections();
    reads.getHikariPoolMXBean().softEvictConnections();
  }

  @Override
  public <T> CompletableFuture<T> write(Function<Transaction, T> work) {
    return submitJob(new WriteJob<>(work));
  }

  @Override
  public <T> CompletableFuture<T> writeCommand(WriteCommand<T> command) {
    return submitJob(new WriteJob<>(command));
  }

  private <T> CompletableFuture<T> submitJob(WriteJob<T> writeJob) {
    var _ = heartbeat.failWhenUnreachable(writeJob.future);
    if (!writeJob.isCompleted()) {
      writer.submitJob(writeJob, heartbeat::recordResponse);
    }
    return writeJob.future;
  }

  /** There is no reserve: the disk of PostgreSQL isn't ours to fill. */
  @Override
  public <T> CompletableFuture<T> writeFromReserve(Function<Transaction, T> work) {
    return write(work);
  }

  @Override
  public <T> CompletableFuture<T> read(Function<Transaction, T> work) {
    return submitRead(connection -> readInTransaction(connection, work));
  }

  @Override
  public <T> CompletableFuture<T> readOnce(Function<Transaction, T> work) {
    return submitRead(
        connection -> {
          try {
            return runRead(SqlSession.forOneTrip(connection, listener, types), work);
          } catch (ExtraRoundTripException _) {
            return readInTransaction(connection, work);
          }
        });
  }

  /** If the work fails, the pool rolls back. */
  private <T> T readInTransaction(Connection connection, Function<Transaction, T> work) {
    try {
      connection.setAutoCommit(false);
    } catch (SQLException e) {
      throw new DataAccessException("A read failed: " + e.getMessage(), e);
    }
    SqlSession session = newSession(connection);
    T result = runRead(session, work);
    session.endRead();
    return result;
  }

  private <T> T runRead(SqlSession session, Function<Transaction, T> work) {
    var tx = new Transaction(session, time);
    T result = work.apply(tx);
    tx.runAfterCommit();
    return result;
  }

  private <T> CompletableFuture<T> submitRead(Function<Connection, T> work) {
    CompletableFuture<T> answer = heartbeat.failWhenUnreachable(new CompletableFuture<>());
    if (!answer.isDone()) {
      readers.execute(() -> readInto(work, answer), answer::completeExceptionally);
    }
    return answer;
  }

  private <T> void readInto(Function<Connection, T> work, CompletableFuture<T> answer) {
    if (answer.isDone()) {
      return; // the database became unreachable in the meantime
    }
    try (Connection connection = reads.getConnection()) {
      T result = work.apply(connection);
      heartbeat.recordResponse();
      answer.complete(result);
    } catch (SQLException | RuntimeException | Error e) {
      answer.completeExceptionally(StorageException.translateFailure(e));
    }
  }

  @Override
  public CompletableFuture<?> checkHealth() {
    return read(tx -> tx.query("SELECT 1 AS one").exists())
        .thenAccept(
            _ -> {
              @Nullable StorageException trouble = writeHealth.currentTrouble().orElse(null);
              if (trouble != null) {
                throw trouble;
              }
            });
  }

  @Override
  public boolean isWritable() {
    return writeHealth.currentTrouble().isEmpty() && !heartbeat.isUnreachable();
  }

  @Override
  public OptionalLong logSize() {
    return OptionalLong.empty();
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public String productName() {
    return "PostgreSQL";
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
    heartbeat.close();
    writes.close();
    reads.close();
  }
}
