package io.bookbell.server.storage.check;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.SchemaCheck.SchemaObjects;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the schema of a SQLite file from its catalogue. */
final class SqliteSchemaReader {
  private static final Pattern CHECK = Pattern.compile("\\bCHECK\\b", Pattern.CASE_INSENSITIVE);
  private static final int MAX_DEFECTS = 10;

  private static final String UNIQUE =
      """
      SELECT t.name AS name, group_concat(c.name) AS columns
      FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
      WHERE t.type = 'table' AND i."unique" AND NOT i.partial
      GROUP BY t.name, i.name
      """;

  private static final String PRIMARY =
      """
      SELECT t.name AS name, group_concat(c.name) AS columns
      FROM sqlite_master t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND c.pk > 0
      GROUP BY t.name
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT t.name AS name, group_concat(k."from") AS columns, k."table" AS refers_to
      FROM sqlite_master t, pragma_foreign_key_list(t.name) k
      WHERE t.type = 'table'
      GROUP BY t.name, k.id, k."table"
      """;

  private static final String REQUIRED =
      """
      SELECT t.name AS name, c.name AS columns
      FROM sqlite_master t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND (c."notnull" OR c.pk > 0)
      """;

  private SqliteSchemaReader() {}

  static SchemaObjects readSchema(Transaction tx) {
    Set<String> unique = fetchColumns(tx, UNIQUE);
    unique.addAll(fetchColumns(tx, PRIMARY));
    return new SchemaObjects(
        fetchNames(tx, "index"),
        fetchNames(tx, "trigger"),
        unique,
        tx.query(FOREIGN_KEYS)
            .set(row -> describeColumns(row) + " -> " + row.getString("refers_to")),
        fetchColumns(tx, REQUIRED),
        countChecks(tx),
        findDefects(tx));
  }

  private static Set<String> fetchNames(Transaction tx, String type) {
    return tx.query("SELECT lower(name) AS name FROM sqlite_master WHERE type = ?", type)
        .set(row -> row.getString("name"));
  }

  private static Set<String> fetchColumns(Transaction tx, String query) {
    return tx.query(query).set(SqliteSchemaReader::describeColumns);
  }

  private static String describeColumns(SqlRow row) throws SQLException {
    return SchemaCheck.describeColumns(
        row.getString("name"), List.of(row.getString("columns").split(",", -1)));
  }

  private static Map<String, Integer> countChecks(Transaction tx) {
    return tx.query("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
        .map(
            row -> row.getString("name"),
            row -> (int) CHECK.matcher(row.getString("sql")).results().count());
  }

  private static List<String> findDefects(Transaction tx) {
    var defects = new ArrayList<String>();
    tx
        .query("PRAGMA integrity_check(" + MAX_DEFECTS + ")")
        .list(row -> row.getString("integrity_check"))
        .stream()
        .filter(line -> !line.equals("ok"))
        .forEach(line -> defects.add("SQLite says: " + line));
    tx.query("PRAGMA foreign_key_check").list(SqliteSchemaReader::describeOrphan).stream()
        .limit(MAX_DEFECTS)
        .forEach(defects::add);
    return defects;
  }

  private static String describeOrphan(SqlRow row) throws SQLException {
    return "row %s of %s refers to a row of %s that is not there"
        .formatted(row.findString("rowid"), row.getString("table"), row.getString("parent"));
  }
}
