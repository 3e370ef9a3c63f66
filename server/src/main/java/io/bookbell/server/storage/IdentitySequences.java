package io.bookbell.server.storage;

import io.bookbell.server.storage.schema.DefaultSchema;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.TableField;

/** The numbering of rows where ids were given by hand. */
public final class IdentitySequences {
  private IdentitySequences() {}

  /**
   * Has every table go on above its highest id. SQLite does so by itself; PostgreSQL's sequences
   * know nothing of ids that did not come from them.
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
