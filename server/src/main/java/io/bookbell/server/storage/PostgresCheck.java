package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Looks at a PostgreSQL before it is used: whether it is one that Bookbell can work with, and
 * whether what stands between (PgBouncer, say) keeps sessions and their settings. For the thread
 * that opens the database.
 */
final class PostgresCheck {
  private static final int OLDEST = 14;
  private static final Pattern SETTING = Pattern.compile("-c (\\w+)=(\\S+)");

  /** A prepared statement is there already, or is not: the session has served somebody else. */
  private static final Set<String> STATEMENTS_OF_OTHERS = Set.of("42P05", "26000");

  private static final String ADVICE =
      "; connect to PostgreSQL itself, or see “PgBouncer” in docs/operating.md";

  private PostgresCheck() {}

  /**
   * Refuses a database that cannot serve.
   *
   * @param options the start-up options that every session must have got, as {@code -c name=value}
   *     in PostgreSQL's own units
   * @throws DatabaseException in one line for the operator
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
   * A session that has committed keeps its process. A pooler of transactions gives the process to
   * the next that asks, or serves the session by another one afterwards.
   */
  private static void checkSessions(Connection first, Connection second) throws SQLException {
    String ofFirst = backendPid(first);
    first.commit();
    String ofSecond = backendPid(second); // and its transaction stays open
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
