package io.bookbell.server.storage.check;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.SchemaCheck.SchemaObjects;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a connection's schema from PostgreSQL's catalogue. */
final class PostgresSchemaReader {
  private static final int FIRST_WITH_VERSION_OF_DATABASE = 150000;

  private static final String INDEXES =
      "SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema()";

  private static final String TRIGGERS =
      """
      SELECT t.tgname AS name
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
        AND t.tgenabled <> 'D'
      """;

  private static final String KEYS_OF_TABLES =
      """
      SELECT c.relname, string_agg(a.attname, ',') AS columns
      FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        CROSS JOIN unnest(i.indkey::int2[]) AS k (number)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
      WHERE c.relnamespace = current_schema()::regnamespace AND i.indisunique AND i.indisvalid
        AND i.indpred IS NULL
      GROUP BY i.indexrelid, c.relname
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT c.relname, string_agg(a.attname, ',') AS columns, f.relname AS refers_to
      FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class f ON f.oid = k.confrelid
        CROSS JOIN unnest(k.conkey) AS n (number)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n.number
      WHERE c.relnamespace = current_schema()::regnamespace AND k.contype = 'f' AND k.convalidated
      GROUP BY k.oid, c.relname, f.relname
      """;

  private static final String REQUIRED =
      """
      SELECT c.relname, a.attname AS columns
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnotnull
        AND a.attnum > 0
      """;

  private static final String CHECKS =
      """
      SELECT c.relname, count(*) AS amount
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      WHERE c.relnamespace = current_schema()::regnamespace AND k.contype = 'c' AND k.convalidated
      GROUP BY c.relname
      """;

  private static final String INVALID_INDEXES =
      """
      SELECT x.relname AS name
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE x.relnamespace = current_schema()::regnamespace AND NOT (i.indisvalid AND i.indisready)
      """;

  /** Tables whose ids don't come from the sequence that {@code ReservedIds} asks for them. */
  private static final String OTHER_SEQUENCES =
      """
      SELECT c.relname AS name
      FROM pg_depend d
        JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
        JOIN pg_class c ON c.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
      WHERE c.relnamespace = current_schema()::regnamespace AND d.deptype = 'i'
        AND a.attname = 'id' AND s.relname <> c.relname || '_id_seq'
      """;

  /**
   * The collations that columns use and whose version has changed. "C" and the like have no
   * version.
   */
  private static final String COLLATIONS =
      """
      SELECT DISTINCT o.collname AS name, o.collversion AS was,
        pg_collation_actual_version(o.oid) AS present
      FROM pg_collation o JOIN pg_attribute a ON a.attcollation = o.oid
        JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = current_schema()::regnamespace AND o.collversion IS NOT NULL
        AND o.collversion IS DISTINCT FROM pg_collation_actual_version(o.oid)
      """;

  private static final String COLLATION_OF_DATABASE =
      """
      SELECT datcollate AS name, datcollversion AS was,
        pg_database_collation_actual_version(oid) AS present
      FROM pg_database
      WHERE datname = current_database() AND datcollversion IS NOT NULL
        AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
      """;

  private PostgresSchemaReader() {}

  static SchemaObjects readSchema(Transaction tx) {
    return new SchemaObjects(
        fetchNames(tx, INDEXES),
        fetchNames(tx, TRIGGERS),
        fetchColumns(tx, KEYS_OF_TABLES),
        tx.query(FOREIGN_KEYS)
            .set(row -> describeColumns(row) + " -> " + row.getString("refers_to")),
        fetchColumns(tx, REQUIRED),
        countChecks(tx),
        findDefects(tx));
  }

  /** Runs work that must read the table rows instead of relying on indexes. */
  static void withoutIndexes(Transaction tx, Runnable work) {
    List<String> ways = List.of("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan");
    ways.forEach(way -> tx.update("SET LOCAL " + way + " = off"));
    try {
      work.run();
    } finally {
      ways.forEach(way -> tx.update("SET LOCAL " + way + " TO DEFAULT"));
    }
  }

  private static Set<String> fetchNames(Transaction tx, String query) {
    return tx.query(query).set(row -> row.getString("name"));
  }

  private static Set<String> fetchColumns(Transaction tx, String query) {
    return tx.query(query).set(PostgresSchemaReader::describeColumns);
  }

  private static String describeColumns(SqlRow row) throws SQLException {
    return SchemaCheck.describeColumns(
        row.getString("relname"), Arrays.asList(row.getString("columns").split(",", -1)));
  }

  private static Map<String, Integer> countChecks(Transaction tx) {
    return tx.query(CHECKS).map(row -> row.getString("relname"), row -> row.getInt("amount"));
  }

  private static List<String> findDefects(Transaction tx) {
    var defects = new ArrayList<String>();
    fetchNames(tx, INVALID_INDEXES)
        .forEach(name -> defects.add("the index " + name + " is not valid; REINDEX mends it"));
    fetchNames(tx, OTHER_SEQUENCES)
        .forEach(name -> defects.add("the sequence of %1$s.id isn't %1$s_id_seq".formatted(name)));
    defects.addAll(
        tx.query(COLLATIONS).list(row -> collationDefect(row, "REFRESH VERSION of the collation")));
    int version =
        tx.query("SELECT current_setting('server_version_num') AS version")
            .single(row -> row.getInt("version"));
    if (version >= FIRST_WITH_VERSION_OF_DATABASE) {
      defects.addAll(
          tx.query(COLLATION_OF_DATABASE)
              .list(row -> collationDefect(row, "ALTER DATABASE … REFRESH COLLATION VERSION")));
    }
    return defects;
  }

  private static String collationDefect(SqlRow row, String remedy) throws SQLException {
    return "the collation %s was version %s and is version %s now, so indexes of texts may be in another order; REINDEX DATABASE, then %s, mends it"
        .formatted(row.getString("name"), row.getString("was"), row.findString("present"), remedy);
  }
}
