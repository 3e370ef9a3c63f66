package io.bookbell.server.storage.check;

import static java.util.stream.Collectors.toSet;

import io.bookbell.server.storage.check.SchemaCheck.SchemaObjects;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Reads the schema of a SQLite file from its catalogue. */
final class SqliteSchemaReader {
  private static final Pattern CHECK = Pattern.compile("\\bCHECK\\b", Pattern.CASE_INSENSITIVE);
  private static final int MOST_DEFECTS = 10;

  private static final String UNIQUE =
      """
      SELECT t.name, group_concat(c.name) AS columns
      FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
      WHERE t.type = 'table' AND i."unique" AND NOT i.partial
      GROUP BY t.name, i.name
      """;

  private static final String PRIMARY =
      """
      SELECT t.name, group_concat(c.name) AS columns
      FROM sqlite_master t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND c.pk > 0
      GROUP BY t.name
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT t.name, group_concat(k."from") AS columns, k."table" AS refers_to
      FROM sqlite_master t, pragma_foreign_key_list(t.name) k
      WHERE t.type = 'table'
      GROUP BY t.name, k.id, k."table"
      """;

  private static final String REQUIRED =
      """
      SELECT t.name, c.name AS columns
      FROM sqlite_master t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND (c."notnull" OR c.pk > 0)
      """;

  private SqliteSchemaReader() {}

  static SchemaObjects readSchema(DSLContext sql) {
    Set<String> unique = fetchColumns(sql, UNIQUE);
    unique.addAll(fetchColumns(sql, PRIMARY));
    return new SchemaObjects(
        fetchNames(sql, "index"),
        fetchNames(sql, "trigger"),
        unique,
        sql.fetch(FOREIGN_KEYS).stream()
            .map(row -> describeColumns(row) + " -> " + row.get("refers_to", String.class))
            .collect(toSet()),
        fetchColumns(sql, REQUIRED),
        countChecks(sql),
        findDefects(sql));
  }

  private static Set<String> fetchNames(DSLContext sql, String type) {
    return Set.copyOf(
        sql.fetch("SELECT lower(name) FROM sqlite_master WHERE type = ?", type)
            .map(row -> row.get(0, String.class)));
  }

  private static Set<String> fetchColumns(DSLContext sql, String query) {
    return sql.fetch(query).stream().map(SqliteSchemaReader::describeColumns).collect(toSet());
  }

  private static String describeColumns(Record row) {
    return SchemaCheck.describeColumns(
        row.get("name", String.class), List.of(row.get("columns", String.class).split(",", -1)));
  }

  private static Map<String, Integer> countChecks(DSLContext sql) {
    var checks = new HashMap<String, Integer>();
    sql.fetch("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
        .forEach(
            row ->
                checks.put(
                    row.get(0, String.class),
                    (int) CHECK.matcher(row.get(1, String.class)).results().count()));
    return checks;
  }

  private static List<String> findDefects(DSLContext sql) {
    var defects = new ArrayList<String>();
    sql
        .fetch("PRAGMA integrity_check(" + MOST_DEFECTS + ")")
        .map(row -> row.get(0, String.class))
        .stream()
        .filter(line -> !line.equals("ok"))
        .forEach(line -> defects.add("SQLite says: " + line));
    sql.fetch("PRAGMA foreign_key_check").stream()
        .limit(MOST_DEFECTS)
        .forEach(
            row ->
                defects.add(
                    "row %s of %s refers to a row of %s that is not there"
                        .formatted(
                            row.get(1, String.class),
                            row.get(0, String.class),
                            row.get(2, String.class))));
    return defects;
  }
}
