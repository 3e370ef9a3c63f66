package io.bookbell.server.storage;

import io.bookbell.server.storage.schema.DefaultSchema;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.TableField;

/** Identity columns after rows were inserted with explicit ids. */
public final class IdentitySequences {
  private IdentitySequences() {}

  /**
   * Makes every table continue above its highest id. SQLite does so by itself; PostgreSQL's
   * sequences don't notice ids that were inserted explicitly.
   */
  public static void resetSequences(Transaction tx) {
    if (tx.sql().family() != SQLDialect.POSTGRES) {
      return;
    }
    for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
      var identity = table.getIdentity();
      if (identity != null) {
        resetSequence(tx, table, identity.getField());
      }
    }
  }

  private static void resetSequence(Transaction tx, Table<?> table, TableField<?, ?> id) {
    tx.sql()
        .fetch(
            "select setval(pg_get_serial_sequence('%1$s', '%2$s'), max(%2$s)) from %1$s having max(%2$s) is not null"
                .formatted(table.getName(), id.getName()));
  }
}
