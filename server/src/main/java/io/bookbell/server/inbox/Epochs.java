package io.bookbell.server.inbox;

import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

import io.bookbell.server.storage.Transaction;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.SQLDialect;

/**
 * Names the life of the database: sequence numbers mean something only within one. A restored
 * backup gets a new name, and so does a PostgreSQL that was promoted or put in place of another,
 * for it may have lost numbers that clients have seen. Thread-safe: it keeps nothing between calls.
 */
public final class Epochs {
  private static final String POSTGRES_LIFE =
      "select to_hex(s.system_identifier) || '.' || c.timeline_id"
          + " from pg_control_system() s, pg_control_checkpoint() c";

  /** The name of the present life. */
  public String current(Transaction tx) {
    String stored = tx.sql().select(INSTALLATION.EPOCH).from(INSTALLATION).fetchSingle().value1();
    if (tx.sql().family() != SQLDialect.POSTGRES) {
      return stored;
    }
    return stored + "." + tx.sql().fetchSingle(POSTGRES_LIFE).get(0, String.class);
  }

  /** Makes sure that an installation has a name; at every start. */
  public static void begin(Transaction tx) {
    tx.sql()
        .insertInto(INSTALLATION)
        .set(INSTALLATION.ID, 1)
        .set(INSTALLATION.EPOCH, newName())
        .set(INSTALLATION.CREATED_AT, tx.now())
        .onConflictDoNothing()
        .execute();
  }

  /** Begins a new life: every client takes a fresh snapshot. */
  public static void renew(Transaction tx) {
    tx.sql().update(INSTALLATION).set(INSTALLATION.EPOCH, newName()).execute();
  }

  private static String newName() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 12);
  }
}
