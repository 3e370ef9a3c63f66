package io.bookbell.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import java.net.URLDecoder;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Creates connections to PostgreSQL and sets their timeouts. Thread-safe. */
public final class PostgresConnections {
  /** How long to wait for a connection from a pool. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Ends a connection's timeouts. */
  public static final String NO_LIMITS =
      "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";

  /** Unlike the driver's setting, it also counts in autocommit mode. */
  private static final String READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";

  /** Ends the timeouts until the transaction ends. */
  public static final String NO_LIMITS_IN_TRANSACTION = NO_LIMITS.replace("SET ", "SET LOCAL ");

  /**
   * How many texts a connection keeps prepared. A text of several statements has prepared
   * statements of its own in PostgreSQL, where each takes some kilobytes, for each connection.
   */
  private static final String MAX_PREPARED_TEXTS = "64";

  private static final Pattern OPTIONS = Pattern.compile("(?<=[?&])options=([^&]*)&?");

  private final PostgresCredentials postgresCredentials;

  public PostgresConnections(PostgresCredentials postgresCredentials) {
    this.postgresCredentials = postgresCredentials;
  }

  /** The URL and credentials of the database. */
  public record PostgresCredentials(String url, String user, String password) {}

  /** The timeouts of a kind of connection. */
  public enum PostgresTimeouts {
    /**
     * For serving: no transaction may hold its locks, or keep old row versions alive, for longer.
     */
    SERVING(
        "-c statement_timeout=5000 -c lock_timeout=0 -c idle_in_transaction_session_timeout=5000",
        "10", // longer than the statement timeout, so a server that is silent for this long is gone
        "5"),

    /** For work on all stored data: migrations, verify, backup, restore. */
    NONE(
        "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0",
        "0",
        "5"),

    /** For {@code PostgresHeartbeat}, which has to notice an outage quickly. */
    HEARTBEAT("", "1", "1");

    private final String options;
    private final String silenceSeconds;
    private final String connectSeconds;

    PostgresTimeouts(String options, String silenceSeconds, String connectSeconds) {
      this.options = options;
      this.silenceSeconds = silenceSeconds;
      this.connectSeconds = connectSeconds;
    }

    /** The start-up options of a session, as {@code -c name=value}. */
    public String startupOptions() {
      return options;
    }

    Map<String, String> driverProperties() {
      return new TreeMap<>(
          Map.of("socketTimeout", silenceSeconds, "connectTimeout", connectSeconds));
    }
  }

  /**
   * Creates a pool that keeps one connection more than it needs, and opens further ones when they
   * are needed.
   *
   * @param size the most connections at a time
   */
  public HikariDataSource createPool(
      String name, int size, boolean readOnly, PostgresTimeouts postgresTimeouts) {
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(jdbcUrl());
    if (!postgresCredentials.user
        .isEmpty()) { // otherwise the driver uses the name of the operating system's user
      config.setUsername(postgresCredentials.user);
    }
    config.setPassword(postgresCredentials.password);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1); // each connection takes megabytes of the database's memory
    config.setAutoCommit(readOnly); // a read in one round trip needs no BEGIN and COMMIT
    config.setTransactionIsolation(
        readOnly ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
    connectionProperties(name, postgresTimeouts).forEach(config::addDataSourceProperty);
    config.setConnectionInitSql(setupSql(readOnly, postgresTimeouts));
    config.setConnectionTimeout(TIMEOUT.toMillis());
    try {
      return new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw databaseUnreachable(e);
    }
  }

  /** Of a new connection; null if there is nothing to set. */
  private static @Nullable String setupSql(boolean readOnly, PostgresTimeouts postgresTimeouts) {
    // in case a pooler drops the options and the role has limits
    String limits = postgresTimeouts == PostgresTimeouts.NONE ? NO_LIMITS : null;
    if (!readOnly) {
      return limits;
    }
    return limits == null ? READ_ONLY : limits + "; " + READ_ONLY;
  }

  /** A data source that opens a new connection for each request. */
  public DataSource createDataSource(String name, PostgresTimeouts postgresTimeouts) {
    var all = new Properties();
    all.putAll(connectionProperties(name, postgresTimeouts));
    @Nullable String user = postgresCredentials.user.isEmpty() ? null : postgresCredentials.user;
    return new DriverDataSource(jdbcUrl(), null, all, user, postgresCredentials.password);
  }

  /**
   * The URL without the operator's own start-up options, which {@link #connectionProperties} adds
   * in front of Bookbell's.
   */
  private String jdbcUrl() {
    return OPTIONS.matcher(postgresCredentials.url).replaceFirst("");
  }

  private String ownOptions() {
    Matcher options = OPTIONS.matcher(postgresCredentials.url);
    return options.find() ? URLDecoder.decode(options.group(1), UTF_8) + " " : "";
  }

  private Map<String, String> connectionProperties(String name, PostgresTimeouts postgresTimeouts) {
    Map<String, String> properties = postgresTimeouts.driverProperties();
    String options = (ownOptions() + postgresTimeouts.startupOptions()).strip();
    if (!options.isEmpty()) {
      properties.put("options", options);
    }
    properties.put("ApplicationName", "bookbell-" + name);
    properties.put("tcpKeepAlive", "true");
    properties.put("preparedStatementCacheQueries", MAX_PREPARED_TEXTS);
    return properties;
  }

  /**
   * Checks that the database can be reached.
   *
   * @throws DatabaseException with a message for the operator
   */
  public void requireReachable() {
    try (Connection _ = createDataSource("migrations", PostgresTimeouts.NONE).getConnection()) {
      return;
    } catch (SQLException e) {
      throw databaseUnreachable(e);
    }
  }

  private DatabaseException databaseUnreachable(Exception failure) {
    return new DatabaseException(
        "Cannot reach the database at "
            + withoutParameters(postgresCredentials.url)
            + ": "
            + DatabaseFailureReason.of(failure),
        failure);
  }

  /** Removes the URL's parameters, which may contain a password. */
  private static String withoutParameters(String url) {
    return url.replaceFirst("\\?.*", "");
  }
}
