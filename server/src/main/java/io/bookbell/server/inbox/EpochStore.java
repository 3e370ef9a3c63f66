package io.bookbell.server.inbox;

import static io.bookbell.server.storage.schema.Tables.INSTALLATION;

import io.bookbell.server.storage.Transaction;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.SQLDialect;

/**
 * Reads and renews the epoch, which names one life of the database: sequence numbers are only
 * comparable within one epoch. The epoch changes when a backup is restored, and when a PostgreSQL
 * is promoted or replaced by another, because it may have lost numbers that clients have seen.
 * Thread-safe and stateless.
 */
public final class EpochStore {
  private static final String POSTGRES_LIFE =
      "select to_hex(s.system_identifier) || '.' || c.timeline_id"
          + " from pg_control_system() s, pg_control_checkpoint() c";

  private static final String POSTGRES_DATABASE =
      "select cast(oid as text) from pg_database where datname = current_database()";

  /** The current epoch. */
  public String currentEpoch(Transaction tx) {
    String stored = tx.sql().select(INSTALLATION.EPOCH).from(INSTALLATION).fetchSingle().value1();
    if (tx.sql().family() != SQLDialect.POSTGRES) {
      return stored;
    }
    return stored + "." + tx.sql().fetchSingle(POSTGRES_LIFE).get(0, String.class);
  }

  /**
   * The installation's id, which separates databases that share a Redis. On PostgreSQL it includes
   * the database's oid, because a database may be created as a copy of another (its template).
   */
  public static String installationId(Transaction tx) {
    String id =
        tx.sql().select(INSTALLATION.INSTALLATION_ID).from(INSTALLATION).fetchSingle().value1();
    return tx.sql().family() == SQLDialect.POSTGRES
        ? id + "." + tx.sql().fetchSingle(POSTGRES_DATABASE).get(0, String.class)
        : id;
  }

  /** Creates the epoch and the installation's id if they don't exist. Called at every start. */
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

  /** Starts a new epoch, so that every client gets a new snapshot. */
  public static void renewEpoch(Transaction tx) {
    tx.sql().update(INSTALLATION).set(INSTALLATION.EPOCH, randomName()).execute();
  }

  /**
   * Starts a new epoch after restoring a backup. The id belongs to the database and not to the
   * backup: two databases restored from one backup are different installations.
   *
   * @param installation the id before the restore, if there was one
   */
  public static void renewEpoch(Transaction tx, Optional<String> installation) {
    renewEpoch(tx);
    tx.sql()
        .update(INSTALLATION)
        .set(INSTALLATION.INSTALLATION_ID, installation.orElseGet(EpochStore::randomName))
        .execute();
  }

  /** The installation's id, read before the database is overwritten. */
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
