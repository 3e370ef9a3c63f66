package io.bookbell.server.inbox;

import io.bookbell.server.storage.Transaction;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads and renews the epoch, which names one life of the database: sequence numbers are only
 * comparable within one epoch. The epoch changes when a backup is restored, and when a PostgreSQL
 * is promoted or replaced by another, because it may have lost numbers that clients have seen. The
 * timeline is that of the write-ahead log: the control file has the former one until the first
 * checkpoint after a promotion, which may take minutes. Thread-safe and stateless.
 */
public final class EpochStore {
  private static final String POSTGRES_LIFE =
      """
      SELECT to_hex(s.system_identifier) || '.' || CASE
        WHEN pg_is_in_recovery() THEN c.timeline_id
        ELSE CAST(CAST('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS bit(32)) AS integer)
        END AS life
      FROM pg_control_system() s, pg_control_checkpoint() c""";

  private static final String POSTGRES_DATABASE =
      "SELECT CAST(oid AS text) AS oid FROM pg_database WHERE datname = current_database()";

  /** The current epoch. */
  public String currentEpoch(Transaction tx) {
    String stored =
        tx.query("SELECT epoch FROM installation").single(row -> row.getString("epoch"));
    return tx.isPostgres()
        ? stored + "." + tx.query(POSTGRES_LIFE).single(row -> row.getString("life"))
        : stored;
  }

  /**
   * The installation's id, which separates databases that share a Redis. On PostgreSQL it includes
   * the database's oid, because a database may be created as a copy of another (its template).
   */
  public static String installationId(Transaction tx) {
    String id =
        tx.query("SELECT installation_id FROM installation")
            .single(row -> row.getString("installation_id"));
    return tx.isPostgres()
        ? id + "." + tx.query(POSTGRES_DATABASE).single(row -> row.getString("oid"))
        : id;
  }

  /** Creates the epoch and the installation's id if they don't exist. Called at every start. */
  public static void ensureInstallation(Transaction tx) {
    tx.update(
        """
        INSERT INTO installation (id, epoch, created_at) VALUES (1, ?, ?)
        ON CONFLICT DO NOTHING""",
        randomName(),
        tx.now());
    tx.update(
        "UPDATE installation SET installation_id = ? WHERE installation_id = ''", randomName());
  }

  /** Starts a new epoch, so that every client gets a new snapshot. */
  public static void renewEpoch(Transaction tx) {
    tx.update("UPDATE installation SET epoch = ?", randomName());
  }

  /**
   * Starts a new epoch after restoring a backup. The id belongs to the database and not to the
   * backup: two databases restored from one backup are different installations.
   *
   * @param installation the id before the restore, if there was one
   */
  public static void renewEpoch(Transaction tx, Optional<String> installation) {
    renewEpoch(tx);
    tx.update(
        "UPDATE installation SET installation_id = ?",
        installation.orElseGet(EpochStore::randomName));
  }

  /** The installation's id, read before the database is overwritten. */
  public static Optional<String> findInstallationId(Transaction tx) {
    return tx.query("SELECT installation_id FROM installation")
        .first(row -> row.getString("installation_id"))
        .filter(id -> !id.isEmpty());
  }

  private static String randomName() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 12);
  }
}
