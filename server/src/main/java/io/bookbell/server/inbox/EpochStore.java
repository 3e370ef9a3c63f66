package io.bookbell.server.inbox;

import io.bookbell.server.storage.FileMark.RenewedMark;
import io.bookbell.server.storage.Transaction;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads and renews the epoch, which names one continuous history of the database: sequence numbers
 * are only comparable within one epoch. The epoch changes when a backup is restored, and when a
 * database was put back, or a PostgreSQL promoted or replaced by another, because it may have lost
 * numbers that clients have seen. Thread-safe and stateless.
 */
public final class EpochStore {
  /**
   * The timeline is that of the write-ahead log: the control file has the former one until the
   * first checkpoint after a promotion, which may take minutes. A copy that takes the place of a
   * database has another oid; one that is restored into it has another table.
   */
  private static final String POSTGRES_INCARNATION =
      """
      SELECT to_hex(s.system_identifier) || '.' || CASE
        WHEN pg_is_in_recovery() THEN c.timeline_id
        ELSE CAST(CAST('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS bit(32)) AS integer)
        END || '.' || to_hex(CAST(d.oid AS bigint))
        || '.' || to_hex(CAST(CAST(CAST('installation' AS regclass) AS oid) AS bigint)) AS incarnation
      FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d
      WHERE d.datname = current_database()""";

  private static final String POSTGRES_DATABASE =
      "SELECT CAST(oid AS text) AS oid FROM pg_database WHERE datname = current_database()";

  /** The current epoch. */
  public String currentEpoch(Transaction tx) {
    String stored =
        tx.query("SELECT epoch FROM installation").single(row -> row.getString("epoch"));
    return tx.isPostgres() ? stored + "." + postgresIncarnation(tx) : stored;
  }

  private static String postgresIncarnation(Transaction tx) {
    return tx.query(POSTGRES_INCARNATION).single(row -> row.getString("incarnation"));
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
   * What belongs to the database and not to its content.
   *
   * @param id separates databases that share a Redis
   * @param incarnation what is compared to find out whether the database was put back
   */
  public record InstallationNames(String id, String incarnation) {}

  /**
   * Starts a new epoch after replacing the content. The names belong to the database and not to a
   * backup: two databases restored from one backup are different installations.
   *
   * @param former the names before, if there were any
   */
  public static void renewEpoch(Transaction tx, Optional<InstallationNames> former) {
    renewEpoch(tx);
    InstallationNames names = former.orElseGet(() -> new InstallationNames(randomName(), ""));
    tx.update(
        "UPDATE installation SET installation_id = ?, incarnation = ?",
        names.id.isEmpty() ? randomName() : names.id,
        names.incarnation);
  }

  /** The installation's names, read before the content is replaced. */
  public static Optional<InstallationNames> findInstallation(Transaction tx) {
    return tx.query("SELECT installation_id, incarnation FROM installation")
        .first(
            row ->
                new InstallationNames(
                    row.getString("installation_id"), row.getString("incarnation")));
  }

  /**
   * Finds out whether the database was put back since a server last started on it, and starts a new
   * epoch then. On PostgreSQL, the epoch has changed by itself.
   *
   * @param mark the mark beside the file that holds the data; empty on PostgreSQL, and where there
   *     is none to compare
   * @return whether it was put back
   */
  public static boolean checkIncarnation(Transaction tx, Optional<RenewedMark> mark) {
    if (mark.isEmpty() && !tx.isPostgres()) {
      return false;
    }
    String stored =
        tx.query("SELECT incarnation FROM installation")
            .single(row -> row.getString("incarnation"));
    String found = mark.isPresent() ? mark.get().found() : postgresIncarnation(tx);
    String present = mark.map(RenewedMark::written).orElse(found);
    if (!stored.equals(present)) {
      tx.update("UPDATE installation SET incarnation = ?", present);
    }
    boolean isNew = stored.isEmpty() && mark.isEmpty();
    boolean putBack = !stored.equals(found) && !isNew;
    if (putBack && mark.isPresent()) {
      renewEpoch(tx);
    }
    return putBack;
  }

  private static String randomName() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 12);
  }
}
