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

/** How connections to PostgreSQL are made, and what each kind may take. Thread-safe. */
final class PostgresConnections {
  /** For a connection of a pool, which is free unless it has to be made. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  static final String NO_LIMITS =
      "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";

  private static final Pattern OPTIONS = Pattern.compile("(?<=[?&])options=([^&]*)&?");

  private final PostgresCredentials postgresCredentials;

  PostgresConnections(PostgresCredentials postgresCredentials) {
    this.postgresCredentials = postgresCredentials;
  }

  /** How to get in. */
  record PostgresCredentials(String url, String user, String password) {}

  /** How long things may take. */
  enum PostgresTimeouts {
    /** No transaction may hold its locks, or the horizon of what others can see, for longer. */
    SERVING(
        "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000",
        "10", // longer than any statement may take: who has not answered by then is gone
        "5"),

    /** For what goes through all that is stored: migrations, verify, backup, restore. */
    NONE(
        "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0",
        "0",
        "5"),

    /** For {@link PostgresHeartbeat}, which wants to know at once. */
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
    String startupOptions() {
      return options;
    }

    Map<String, String> driverProperties() {
      return new TreeMap<>(
          Map.of("socketTimeout", silenceSeconds, "connectTimeout", connectSeconds));
    }
  }

  HikariDataSource createPool(
      String name, int size, boolean readOnly, PostgresTimeouts postgresTimeouts) {
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(jdbcUrl());
    if (!postgresCredentials.user
        .isEmpty()) { // otherwise the driver takes the name of the system's user
      config.setUsername(postgresCredentials.user);
    }
    config.setPassword(postgresCredentials.password);
    config.setMaximumPoolSize(size);
    config.setReadOnly(readOnly);
    config.setAutoCommit(false);
    config.setTransactionIsolation(
        readOnly ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
    connectionProperties(name, postgresTimeouts).forEach(config::addDataSourceProperty);
    if (postgresTimeouts
        == PostgresTimeouts.NONE) { // should a pooler drop the options, and the role have limits
      config.setConnectionInitSql(NO_LIMITS);
    }
    config.setConnectionTimeout(PATIENCE.toMillis());
    try {
      return new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw databaseUnreachable(e);
    }
  }

  /** Makes a connection for each that is asked for. */
  DataSource createDataSource(String name, PostgresTimeouts postgresTimeouts) {
    var all = new Properties();
    all.putAll(connectionProperties(name, postgresTimeouts));
    @Nullable String user = postgresCredentials.user.isEmpty() ? null : postgresCredentials.user;
    return new DriverDataSource(jdbcUrl(), null, all, user, postgresCredentials.password);
  }

  /** Without the operator's own start-up options, which come first in those of each session. */
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
    return properties;
  }

  /**
   * Makes sure that there is a database.
   *
   * @throws DatabaseException in words for the operator
   */
  void requireReachable() {
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

  /** A password may be among them. */
  private static String withoutParameters(String url) {
    return url.replaceFirst("\\?.*", "");
  }
}
