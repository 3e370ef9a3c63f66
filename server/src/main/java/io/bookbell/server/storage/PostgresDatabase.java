package io.bookbell.server.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.ExecuteListenerProvider;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * PostgreSQL 14 or newer. Thread-safe: there is a thread for each connection, and what finds none
 * free waits in a queue. Reads have connections of their own, so that commands waiting for a lock
 * do not keep anybody from looking.
 */
public final class PostgresDatabase implements Database {
  /** The driver logs what it throws, too; kept here, since Java forgets loggers that nobody has. */
  private static final java.util.logging.Logger DRIVER_LOG =
      java.util.logging.Logger.getLogger("org.postgresql");

  static {
    DRIVER_LOG.setLevel(java.util.logging.Level.OFF);
  }

  private static final int WRITE_CONNECTIONS = 12;
  private static final int READ_CONNECTIONS = 6;

  /** No transaction may hold its locks, or the horizon of what others can see, for longer. */
  private static final String LIMITS =
      "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000";

  /** Longer than any statement may take: who has not answered by then is gone without a word. */
  private static final String SILENCE_SECONDS = "10";

  private static final String CONNECT_SECONDS = "5";

  /** For a thread, and then again for its connection, which is free unless it has to be made. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HikariDataSource writes;
  private final HikariDataSource reads;
  private final PostgresWriter writer;
  private final TimeSource time;
  private final Configuration jooq;
  private final ConnectionThreads writers =
      new ConnectionThreads("postgres-writer", WRITE_CONNECTIONS, PATIENCE);
  private final ConnectionThreads readers =
      new ConnectionThreads("postgres-reader", READ_CONNECTIONS, PATIENCE);

  /**
   * Connects and migrates.
   *
   * @param url such as {@code jdbc:postgresql://host/db}
   * @param listeners told of every statement
   * @throws DatabaseException when the server cannot be reached or the schema not migrated
   */
  public PostgresDatabase(
      String url,
      String user,
      String password,
      TimeSource time,
      ExecuteListenerProvider... listeners) {
    this(new Access(url, user, password), time, Migrations::run, listeners);
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

  private PostgresDatabase(
      Access access,
      TimeSource time,
      BiConsumer<DataSource, String> schema,
      ExecuteListenerProvider... listeners) {
    this.time = time;
    this.jooq = JooqSettings.configuration(SQLDialect.POSTGRES, listeners);
    this.writes = pool("writes", access, WRITE_CONNECTIONS, false);
    try {
      PostgresCheck.check(writes, LIMITS);
      schema.accept(writes, "db/postgresql");
      this.reads = pool("reads", access, READ_CONNECTIONS, true);
    } catch (RuntimeException e) {
      writes.close();
      throw e;
    }
    this.writer = new PostgresWriter(writes, on -> DSL.using(jooq.derive(on)), time, writers);
  }

  private static HikariDataSource pool(String name, Access access, int size, boolean readOnly) {
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(access.url.replaceFirst("(?<=[?&])options=[^&]*&?", ""));
    if (!access.user.isEmpty()) { // otherwise the driver takes the name of the system's user
      config.setUsername(access.user);
    }
    config.setPassword(access.password);
    config.setMaximumPoolSize(size);
    config.setReadOnly(readOnly);
    config.setAutoCommit(false);
    config.setTransactionIsolation(
        readOnly ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
    config.addDataSourceProperty("options", options(access.url) + LIMITS);
    config.addDataSourceProperty("ApplicationName", "bookbell-" + name);
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("socketTimeout", SILENCE_SECONDS);
    config.addDataSourceProperty("connectTimeout", CONNECT_SECONDS);
    config.setConnectionTimeout(PATIENCE.toMillis());
    try {
      return new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new DatabaseException(
          "Cannot reach the database at "
              + withoutParameters(access.url)
              + ": "
              + FailureReason.of(e),
          e);
    }
  }

  /** The operator's own, which the limits follow. */
  private static String options(String url) {
    Properties given = Driver.parseURL(url, new Properties());
    String options = given == null ? null : PGProperty.OPTIONS.getOrDefault(given);
    return options == null ? "" : options + " ";
  }

  /** A password may be among them. */
  private static String withoutParameters(String url) {
    return url.replaceFirst("\\?.*", "");
  }

  @Override
  public <T> CompletableFuture<T> write(Function<Transaction, T> work) {
    return writer.submit(work);
  }

  @Override
  public <T> CompletableFuture<T> read(Function<Transaction, T> work) {
    var answer = new CompletableFuture<T>();
    readers.execute(() -> read(work, answer), answer::completeExceptionally);
    return answer;
  }

  private <T> void read(Function<Transaction, T> work, CompletableFuture<T> answer) {
    try {
      answer.complete(
          Transaction.read(
              jooq.derive(new DataSourceConnectionProvider(reads)).dsl(),
              sql -> new Transaction(sql, time),
              work));
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
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
    writers.close();
    readers.close();
    writes.close();
    reads.close();
  }
}
