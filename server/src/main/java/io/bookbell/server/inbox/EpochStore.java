package io.bookbell.server.inbox;

import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

import io.bookbell.server.storage.Transaction;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.SQLDialect;

/**
 * Names the life of the database: sequence numbers mean something only within one. A restored
 * backup gets a new name, and so does a PostgreSQL that was promoted or put in place of another,
 * for it may have lost numbers that clients have seen. Thread-safe: it keeps nothing between calls.
 */
public final class EpochStore {
  private static final String POSTGRES_LIFE =
      "select to_hex(s.system_identifier) || '.' || c.timeline_id"
          + " from pg_control_system() s, pg_control_checkpoint() c";

  private static final String POSTGRES_DATABASE =
      "select cast(oid as text) from pg_database where datname = current_database()";

  /** The name of the present life. */
  public String currentEpoch(Transaction tx) {
    String stored = tx.sql().select(INSTALLATION.EPOCH).from(INSTALLATION).fetchSingle().value1();
    if (tx.sql().family() != SQLDialect.POSTGRES) {
      return stored;
    }
    return stored + "." + tx.sql().fetchSingle(POSTGRES_LIFE).get(0, String.class);
  }

  /**
   * The id of this database among those that share a Redis. On PostgreSQL it has the database's
   * number in its cluster in it, for a database may be the template of another.
   */
  public static String installationId(Transaction tx) {
    String id =
        tx.sql().select(INSTALLATION.INSTALLATION_ID).from(INSTALLATION).fetchSingle().value1();
    return tx.sql().family() == SQLDialect.POSTGRES
        ? id + "." + tx.sql().fetchSingle(POSTGRES_DATABASE).get(0, String.class)
        : id;
  }

  /** Makes sure that the database has an id and its life a name; at every start. */
  public static void ensureInstallation(Transaction tx) {
    tx.sql()
        .insertInto(INSTALLATION)
        .set(INSTALLATION.ID, 1)
        .set(INSTALLATION.EPOCH, randomName())
        .set(INSTALLATION.CREATED_AT, tx.now())
        .onConflictDoNothing()
        .execute();
    tx.sql()
        .update(INSTALLATION)
        .set(INSTALLATION.INSTALLATION_ID, randomName())
        .where(INSTALLATION.INSTALLATION_ID.eq(""))
        .execute();
  }

  /** Begins a new life: every client takes a fresh snapshot. */
  public static void renewEpoch(Transaction tx) {
    tx.sql().update(INSTALLATION).set(INSTALLATION.EPOCH, randomName()).execute();
  }

  /**
   * Begins a new life with the data of a backup. The id stays with the database: of two that are
   * restored from one backup, neither is the other.
   *
   * @param installation the id from before, if there was one
   */
  public static void renewEpoch(Transaction tx, Optional<String> installation) {
    renewEpoch(tx);
    tx.sql()
        .update(INSTALLATION)
        .set(INSTALLATION.INSTALLATION_ID, installation.orElseGet(EpochStore::randomName))
        .execute();
  }

  /** The id of the database before it is overwritten. */
  public static Optional<String> findInstallationId(Transaction tx) {
    return tx.sql()
        .select(INSTALLATION.INSTALLATION_ID)
        .from(INSTALLATION)
        .fetchOptional(INSTALLATION.INSTALLATION_ID)
        .filter(id -> !id.isEmpty());
  }

  private static String randomName() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 12);
  }
}
