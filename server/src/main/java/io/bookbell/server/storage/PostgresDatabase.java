package io.bookbell.server.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * PostgreSQL 14 or newer. Thread-safe: each transaction runs on a virtual thread of its own and
 * waits there for a connection. Reads have a pool of their own, so that commands waiting for one
 * creator's lock do not keep anybody from looking.
 */
public final class PostgresDatabase implements Database {
  private static final int WRITE_CONNECTIONS = 12;
  private static final int READ_CONNECTIONS = 6;
  private static final int MOST_ATTEMPTS = 4;

  /** No transaction may hold its locks, or the horizon of what others can see, for longer. */
  private static final String LIMITS =
      "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000";

  /** Longer than any statement may take: who has not answered by then is gone without a word. */
  private static final String SILENCE_SECONDS = "10";

  private static final String CONNECT_SECONDS = "5";
  private static final long PATIENCE_MILLIS = 15_000;

  private final HikariDataSource writes;
  private final HikariDataSource reads;
  private final TimeSource time;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("postgres-", 1).factory());

  /**
   * Connects and migrates.
   *
   * @param url such as {@code jdbc:postgresql://host/db}
   * @throws DatabaseException when the server cannot be reached or the schema not migrated
   */
  public PostgresDatabase(String url, String user, String password, TimeSource time) {
    this(new Access(url, user, password), time, Migrations::run);
  }

  /**
   * Connects to a database that another process may be serving, as it is.
   *
   * @throws DatabaseException when it cannot be reached, or its schema is not the newest
   */
  static PostgresDatabase existing(Access access, TimeSource time) {
    return new PostgresDatabase(access, time, Migrations::expectNewest);
  }

  /** How to get in. */
  record Access(String url, String user, String password) {}

  private PostgresDatabase(Access access, TimeSource time, BiConsumer<DataSource, String> schema) {
    this.time = time;
    this.writes = pool("writes", access, WRITE_CONNECTIONS, false);
    try {
      schema.accept(writes, "db/postgresql");
      this.reads = pool("reads", access, READ_CONNECTIONS, true);
    } catch (RuntimeException e) {
      writes.close();
      throw e;
    }
  }

  private static HikariDataSource pool(String name, Access access, int size, boolean readOnly) {
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(access.url);
    config.setUsername(access.user);
    config.setPassword(access.password);
    config.setMaximumPoolSize(size);
    config.setReadOnly(readOnly);
    config.setAutoCommit(false);
    config.setTransactionIsolation(
        readOnly ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
    config.addDataSourceProperty("options", LIMITS);
    config.addDataSourceProperty("ApplicationName", "bookbell-" + name);
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("socketTimeout", SILENCE_SECONDS);
    config.addDataSourceProperty("connectTimeout", CONNECT_SECONDS);
    config.setConnectionTimeout(PATIENCE_MILLIS);
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new DatabaseException(
          "Cannot reach the database at " + access.url + ": " + rootMessage(e), e);
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public <T> CompletableFuture<T> write(Function<Transaction, T> work) {
    return CompletableFuture.supplyAsync(() -> withRetries(work), threads);
  }

  @Override
  public <T> CompletableFuture<T> read(Function<Transaction, T> work) {
    return CompletableFuture.supplyAsync(() -> once(reads, work), threads);
  }

  private <T> T withRetries(Function<Transaction, T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(writes, work);
      } catch (DataAccessException e) {
        if (attempt == MOST_ATTEMPTS || !asksForRetry(e)) {
          throw e;
        }
      }
    }
  }

  private static boolean asksForRetry(DataAccessException failure) {
    String state = failure.sqlState();
    return "40001".equals(state) || "40P01".equals(state);
  }

  private <T> T once(HikariDataSource pool, Function<Transaction, T> work) {
    DSLContext sql = DSL.using(pool, SQLDialect.POSTGRES, JooqSettings.SETTINGS);
    var done =
        sql.transactionResult(
            configuration -> {
              var transaction = new Transaction(configuration.dsl(), time, true);
              return new Done<>(transaction, work.apply(transaction));
            });
    done.transaction.committed();
    return done.result;
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public String product() {
    return "PostgreSQL";
  }

  @Override
  public void close() {
    threads.close();
    writes.close();
    reads.close();
  }

  private record Done<T>(Transaction transaction, T result) {}
}
