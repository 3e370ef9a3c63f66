package io.bookbell.server.cluster;

import io.bookbell.server.storage.Transaction;

/**
 * Knows whether servers use a database, for commands that must not run beside one. Thread-safe and
 * stateless.
 */
public final class ServingNodes {
  /** What to do before the command is repeated, as the end of a sentence. */
  public static final String STOP_FIRST =
      "stop all servers first (one that was killed counts for 20 more seconds)";

  private ServingNodes() {}

  /**
   * Whether any node serves a PostgreSQL database, or was killed moments ago. On SQLite, the lock
   * on the data folder keeps commands and servers apart.
   */
  public static boolean areAlive(Transaction tx) {
    return tx.isPostgres()
        && tx.query("SELECT 1 FROM serving_node WHERE alive_until > now() LIMIT 1").exists();
  }
}
