package io.bookbell.server.transfer;

import io.bookbell.server.config.SecretRedactor;
import io.bookbell.server.storage.DatabaseFailureReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The replaced system's database, PostgreSQL or SQLite, as one consistent snapshot. Confined to one
 * thread at a time.
 */
public final class LegacyDatabase implements AutoCloseable {
  private static final int ROWS_AT_ONCE = 500;
  private static final String POSTGRES = "jdbc:postgresql:";
  private static final String SQLITE = "jdbc:sqlite:";

  private final Connection connection;
  private final boolean postgres;

  private LegacyDatabase(Connection connection, boolean postgres) {
    this.connection = connection;
    this.postgres = postgres;
  }

  /**
   * Connects to a database.
   *
   * @param address a JDBC URL, or the path of a SQLite file
   * @param password for PostgreSQL; empty if the URL has it or none is needed
   * @param readOnly whether nothing can be changed through the connection
   * @throws TransferException if the database can't be used
   */
  public static LegacyDatabase open(String address, String password, boolean readOnly) {
    String url = toJdbcUrl(address);
    try {
      return url.startsWith(POSTGRES)
          ? openPostgres(url, password, readOnly)
          : openSqlite(Path.of(url.substring(SQLITE.length())), readOnly);
    } catch (SQLException e) {
      throw TransferException.unavailable(
          "The database %s cannot be used: %s"
              .formatted(
                  SecretRedactor.redactText(address), DatabaseFailureReason.innermostMessage(e)),
          e);
    }
  }

  private static String toJdbcUrl(String address) {
    String lower = address.toLowerCase(Locale.ROOT);
    boolean known = lower.startsWith(POSTGRES) || lower.startsWith(SQLITE);
    if (!known && (lower.startsWith("jdbc:") || lower.contains("://"))) {
      throw new TransferException(
          "“%s” must be like jdbc:postgresql://host/database?user=name, or the path of a SQLite file"
              .formatted(SecretRedactor.redactText(address)));
    }
    return known ? address : SQLITE + address;
  }

  private static LegacyDatabase openPostgres(String url, String password, boolean readOnly)
      throws SQLException {
    var properties = new Properties();
    if (!password.isEmpty()) {
      properties.setProperty("password", password);
    }
    properties.setProperty("ApplicationName", "bookbell import");
    Connection connection = DriverManager.getConnection(url, properties);
    connection.setAutoCommit(false);
    connection.setReadOnly(readOnly);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    return new LegacyDatabase(connection, true);
  }

  private static LegacyDatabase openSqlite(Path file, boolean readOnly) throws SQLException {
    if (!Files.isRegularFile(file)) { // the driver would create it
      throw new TransferException("There is no SQLite file " + file);
    }
    var config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    Connection connection =
        DriverManager.getConnection(SQLITE + file.toAbsolutePath(), config.toProperties());
    connection.setAutoCommit(false);
    return new LegacyDatabase(connection, false);
  }

  public boolean isPostgres() {
    return postgres;
  }

  Connection connection() {
    return connection;
  }

  /**
   * Lets the next query begin a new snapshot, which sees everything that was committed until then.
   * What was written and not committed is undone.
   */
  void beginSnapshot() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw TransferException.unavailable(
          "The other database failed: " + DatabaseFailureReason.innermostMessage(e), e);
    }
  }

  /** Counts the rows of a mapping's query. */
  long countRows(QueryMapping mapping, LegacyQuery query) {
    String sql = "SELECT count(*) FROM (\n%s\n) AS legacy".formatted(mapping.sqlOf(query));
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw queryFailed(query, e);
    }
  }

  /** Passes on the rows of a mapping's query, some hundred at a time, in the query's order. */
  void forEachBatch(QueryMapping mapping, LegacyQuery query, Consumer<List<LegacyRow>> consumer) {
    String sql =
        "SELECT * FROM (\n%s\n) AS legacy ORDER BY %s"
            .formatted(mapping.sqlOf(query), query.order());
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(ROWS_AT_ONCE); // the driver would read all rows at once
      try (ResultSet rows = statement.executeQuery(sql)) {
        int[] places = placesOf(query, rows.getMetaData());
        var batch = new ArrayList<LegacyRow>();
        while (rows.next()) {
          batch.add(new LegacyRow(query, readValues(rows, places)));
          if (batch.size() == ROWS_AT_ONCE) {
            consumer.accept(List.copyOf(batch));
            batch.clear();
          }
        }
        if (!batch.isEmpty()) {
          consumer.accept(List.copyOf(batch));
        }
      }
    } catch (SQLException e) {
      throw queryFailed(query, e);
    }
  }

  /** Returns the rows of a mapping's query with these ids. */
  List<LegacyRow> findRows(QueryMapping mapping, LegacyQuery query, List<Long> ids) {
    String sql =
        "SELECT * FROM (\n%s\n) AS legacy WHERE id IN (%s)"
            .formatted(
                mapping.sqlOf(query),
                ids.stream().map(Object::toString).collect(Collectors.joining(", ")));
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int[] places = placesOf(query, rows.getMetaData());
      var found = new ArrayList<LegacyRow>();
      while (rows.next()) {
        found.add(new LegacyRow(query, readValues(rows, places)));
      }
      return found;
    } catch (SQLException e) {
      throw queryFailed(query, e);
    }
  }

  private static int[] placesOf(LegacyQuery query, ResultSetMetaData found) throws SQLException {
    var names = new ArrayList<String>();
    for (int place = 1; place <= found.getColumnCount(); place++) {
      names.add(found.getColumnLabel(place).toLowerCase(Locale.ROOT));
    }
    int[] places = new int[query.columns().size()];
    for (int index = 0; index < places.length; index++) {
      String column = query.columns().get(index);
      places[index] = names.indexOf(column) + 1;
      if (places[index] == 0) {
        throw new TransferException(
            "The query “%s” of the mapping has no column %s; its columns must be %s"
                .formatted(query.queryName(), column, String.join(", ", query.columns())));
      }
    }
    return places;
  }

  private static List<@Nullable String> readValues(ResultSet rows, int[] places)
      throws SQLException {
    var values = new ArrayList<@Nullable String>(places.length);
    for (int place : places) {
      values.add(rows.getString(place));
    }
    return values;
  }

  private static TransferException queryFailed(LegacyQuery query, SQLException failure) {
    return new TransferException(
        "The query “%s” of the mapping failed: %s"
            .formatted(query.queryName(), DatabaseFailureReason.innermostMessage(failure)),
        failure);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw TransferException.unavailable(
          "The other database cannot be closed: " + DatabaseFailureReason.innermostMessage(e), e);
    }
  }
}
