package io.bookbell.server.storage.postgres;

import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Checks a PostgreSQL before it is used: that Bookbell supports it, and that a pooler in between,
 * such as PgBouncer, preserves sessions and their settings. Called by the thread that opens the
 * database.
 */
final class PostgresCheck {
  private static final int OLDEST = 14;
  private static final Pattern SETTING = Pattern.compile("-c (\\w+)=(\\S+)");

  /**
   * A prepared statement exists already, or doesn't exist: the session has served another client.
   */
  private static final Set<String> STATEMENTS_OF_OTHERS = Set.of("42P05", "26000");

  private static final String ADVICE =
      "; connect to PostgreSQL itself, or see “PgBouncer” in docs/operating.md";

  private PostgresCheck() {}

  /**
   * Rejects a database that Bookbell can't use.
   *
   * @param options the start-up options that must be in effect in every session, as {@code -c
   *     name=value} in PostgreSQL's own units
   * @throws DatabaseException with a one-line message for the operator
   */
  static void requireUsable(DataSource source, String options) {
    try (Connection first = source.getConnection();
        Connection second = source.getConnection()) {
      checkSettings(first, options);
      checkSessions(first, second);
      checkServer(first);
    } catch (SQLException e) {
      if (STATEMENTS_OF_OTHERS.contains(String.valueOf(e.getSQLState()))) {
        throw poolerFailure();
      }
      throw new DatabaseException("Cannot use the database: " + DatabaseFailureReason.of(e), e);
    }
  }

  private static void checkServer(Connection connection) throws SQLException {
    int version =
        Integer.parseInt(queryString(connection, "SELECT current_setting('server_version_num')"));
    if (version / 10_000 < OLDEST) {
      throw new DatabaseException(
          "PostgreSQL %s is too old; Bookbell needs %s or newer"
              .formatted(
                  queryString(connection, "SELECT current_setting('server_version')"), OLDEST));
    }
    if (queryString(connection, "SELECT pg_is_in_recovery()").equals("t")) {
      throw new DatabaseException(
          "The PostgreSQL is a standby and cannot be written: BOOKBELL_DATABASE_URL must name the"
              + " primary, or several hosts with target_session_attrs=read-write");
    }
    String encoding = queryString(connection, "SELECT current_setting('server_encoding')");
    if (!encoding.equals("UTF8")) {
      throw new DatabaseException(
          "The database has the encoding %s and cannot hold every language: create one with UTF8 (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0)"
              .formatted(encoding));
    }
    connection.commit();
  }

  private static void checkSettings(Connection connection, String options) throws SQLException {
    Matcher setting = SETTING.matcher(options);
    while (setting.find()) {
      String name = setting.group(1);
      String value =
          queryString(connection, "SELECT setting FROM pg_settings WHERE name = '" + name + "'");
      if (!value.equals(setting.group(2))) {
        throw new DatabaseException(
            "A pooler such as PgBouncer drops the start-up options of Bookbell's sessions (%s is %s and not %s)"
                    .formatted(name, value, setting.group(2))
                + ADVICE);
      }
    }
    connection.commit();
  }

  /**
   * Checks that a session keeps its backend process across commits. In transaction mode, a pooler
   * gives the process to the next client, or serves the session with another process afterwards.
   */
  private static void checkSessions(Connection first, Connection second) throws SQLException {
    String ofFirst = backendPid(first);
    first.commit();
    String ofSecond = backendPid(second); // leaves its transaction open
    boolean pooled = ofFirst.equals(ofSecond) || !backendPid(first).equals(ofFirst);
    first.commit();
    second.commit();
    if (pooled) {
      throw poolerFailure();
    }
  }

  private static DatabaseException poolerFailure() {
    return new DatabaseException(
        "A pooler such as PgBouncer gives each transaction another session of PostgreSQL"
            + " (pool_mode=transaction); Bookbell needs sessions of its own"
            + ADVICE);
  }

  private static String backendPid(Connection connection) throws SQLException {
    return queryString(connection, "SELECT pg_backend_pid()");
  }

  private static String queryString(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var answer = statement.executeQuery(query)) {
      return answer.next() ? String.valueOf(answer.getString(1)) : "";
    }
  }
}
