package io.bookbell.server.storage;

import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinitions;
import java.util.List;

/** Identity columns after rows were inserted with explicit ids. */
public final class IdentitySequences {
  private static final String IDENTITY_COLUMNS =
      """
      SELECT table_name, column_name
      FROM information_schema.columns
      WHERE table_schema = current_schema() AND is_identity = 'YES' AND table_name IN (?)
      ORDER BY table_name\
      """;

  private IdentitySequences() {}

  private record IdentityColumn(String table, String name) {}

  /**
   * Makes every table continue above its highest id. SQLite does so by itself; PostgreSQL's
   * sequences don't notice ids that were inserted explicitly.
   */
  public static void resetSequences(Transaction tx) {
    if (tx.isPostgres()) {
      List<String> tables =
          TableDefinitions.readTables().stream().map(TableDefinition::name).toList();
      tx.query(IDENTITY_COLUMNS, tables)
          .list(
              row -> new IdentityColumn(row.getString("table_name"), row.getString("column_name")))
          .forEach(id -> resetSequence(tx, id));
    }
  }

  /** Makes a table continue above an id, unless it already is further. */
  public static void raiseSequence(Transaction tx, String table, long above) {
    if (tx.isPostgres()) {
      tx.query(
              "SELECT setval(s, greatest(?, nextval(s))) AS last FROM pg_get_serial_sequence(?,"
                  + " 'id') AS s",
              above,
              table)
          .single(row -> row.getLong("last"));
      return;
    }
    int raised =
        tx.update("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", above, table);
    if (raised == 0) {
      tx.update("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, above);
    }
  }

  /** The last id that PostgreSQL's sequence of a table has given; 0 if it has given none. */
  public static long lastGiven(Transaction tx, String table) {
    return tx.query(
            """
            SELECT coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence(?, 'id') AS regclass)), 0)
              AS last\
            """,
            table)
        .single(row -> row.getLong("last"));
  }

  private static void resetSequence(Transaction tx, IdentityColumn id) {
    tx.enqueue(
        "SELECT setval(pg_get_serial_sequence('%1$s', '%2$s'), max(%2$s)) FROM %1$s HAVING max(%2$s) IS NOT NULL"
            .formatted(id.table, id.name));
  }
}
