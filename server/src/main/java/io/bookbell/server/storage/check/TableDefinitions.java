package io.bookbell.server.storage.check;

import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.check.TableDefinition.ColumnType;
import io.bookbell.server.storage.check.TableDefinition.ForeignKey;
import io.bookbell.server.storage.migration.SchemaScripts;
import io.bookbell.server.storage.setup.NativeLibraries;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads the tables that both databases have, by running the migrations of SQLite in memory. Those
 * of PostgreSQL make the same tables, and further columns that only PostgreSQL needs.
 */
public final class TableDefinitions {
  private static final Pattern CHECK = Pattern.compile("\\bCHECK\\b", Pattern.CASE_INSENSITIVE);

  private static final String TABLES =
      """
      SELECT name, sql FROM sqlite_schema
      WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name""";
  private static final String COLUMNS =
      """
      SELECT name, type, "notnull" OR pk > 0 AS required, pk
      FROM pragma_table_info(?) ORDER BY cid""";
  private static final String UNIQUE_COLUMNS =
      """
      SELECT i.name AS name, c.name AS column_name
      FROM pragma_index_list(?) i, pragma_index_info(i.name) c
      WHERE i.origin = 'u' ORDER BY i.name, c.seqno""";
  private static final String FOREIGN_COLUMNS =
      """
      SELECT id, "from" AS column_name, "table" AS referenced
      FROM pragma_foreign_key_list(?) ORDER BY id, seq""";

  private TableDefinitions() {}

  /** Read when they are first needed; they don't change while the program runs. */
  private static final class Tables {
    private static final List<TableDefinition> ALL = runMigrations();
  }

  /** Returns the tables in the order of their names. */
  public static List<TableDefinition> readTables() {
    return Tables.ALL;
  }

  private static List<TableDefinition> runMigrations() {
    NativeLibraries.chooseFolder(null);
    try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = memory.createStatement()) {
      for (String script : SchemaScripts.readTexts("db/sqlite")) {
        statement.executeUpdate(script);
      }
      SqlSession session = SqlSession.forSqlite(memory, SqlListener.NONE);
      return session.query(TABLES).list(row -> row.getString("name")).stream()
          .map(table -> readTable(session, table))
          .toList();
    } catch (SQLException e) {
      throw new DatabaseException("The migrations of SQLite cannot be run in memory", e);
    }
  }

  private static TableDefinition readTable(SqlSession session, String table) {
    var columns = new ArrayList<ColumnDefinition>();
    var primaryKey = new TreeMap<Integer, String>();
    session
        .query(COLUMNS, table)
        .list(
            row -> {
              String name = row.getString("name");
              columns.add(
                  new ColumnDefinition(
                      name, toType(row.getString("type")), row.getBoolean("required")));
              if (row.getInt("pk") > 0) {
                primaryKey.put(row.getInt("pk"), name);
              }
              return true;
            });
    var uniqueKeys = new ArrayList<List<String>>();
    if (!primaryKey.isEmpty()) {
      uniqueKeys.add(List.copyOf(primaryKey.values()));
    }
    uniqueKeys.addAll(readUniqueKeys(session, table));
    return new TableDefinition(
        table, columns, uniqueKeys, readForeignKeys(session, table), countChecks(session, table));
  }

  private static List<List<String>> readUniqueKeys(SqlSession session, String table) {
    var keys = new TreeMap<String, List<String>>();
    session
        .query(UNIQUE_COLUMNS, table)
        .list(
            row ->
                keys.computeIfAbsent(row.getString("name"), _ -> new ArrayList<>())
                    .add(row.getString("column_name")));
    return List.copyOf(keys.values());
  }

  private static List<ForeignKey> readForeignKeys(SqlSession session, String table) {
    var columns = new TreeMap<Integer, List<String>>();
    Map<Integer, String> referenced =
        session
            .query(FOREIGN_COLUMNS, table)
            .map(
                row -> {
                  columns
                      .computeIfAbsent(row.getInt("id"), _ -> new ArrayList<>())
                      .add(row.getString("column_name"));
                  return row.getInt("id");
                },
                row -> row.getString("referenced"));
    return columns.entrySet().stream()
        .map(key -> new ForeignKey(key.getValue(), referenced.getOrDefault(key.getKey(), "")))
        .toList();
  }

  private static int countChecks(SqlSession session, String table) {
    String sql =
        session
            .query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", table)
            .single(row -> row.getString("sql"));
    return (int) CHECK.matcher(sql).results().count();
  }

  private static ColumnType toType(String declared) {
    String name = declared.replaceFirst("\\(.*", "");
    return switch (name) {
      case "INTEGER", "BIGINT" -> ColumnType.NUMBER;
      case "VARCHAR" -> ColumnType.TEXT;
      case "BOOLEAN" -> ColumnType.BOOLEAN;
      case "BLOB" -> ColumnType.BYTES;
      default -> throw new IllegalStateException("Unknown type in a migration: " + name);
    };
  }
}
