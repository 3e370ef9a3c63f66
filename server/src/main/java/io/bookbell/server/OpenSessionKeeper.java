package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.ExternalSignIns;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.key.KeyStore;
import io.bookbell.server.storage.Batches;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps the sessions of this node's connections alive, and closes connections whose session or key
 * no longer exists: another node may have ended it while this one couldn't reach the database, and
 * that is recorded for an hour only. For the housekeeping thread.
 */
final class OpenSessionKeeper {
  private static final int SESSIONS_AT_ONCE = 500;

  private final SessionStore sessionStore;
  private final KeyStore keyStore;
  private final Supplier<Map<String, UserId>> openSessions;
  private final BiConsumer<UserId, String> sessionEnded;

  /**
   * Creates the keeper.
   *
   * @param openSessions supplies the hashes of sessions and keys with an open connection on this
   *     node, and their users
   * @param sessionEnded called with the user and the hash of each that has ended
   */
  OpenSessionKeeper(
      SessionStore sessionStore,
      KeyStore keyStore,
      Supplier<Map<String, UserId>> openSessions,
      BiConsumer<UserId, String> sessionEnded) {
    this.sessionStore = sessionStore;
    this.keyStore = keyStore;
    this.openSessions = openSessions;
    this.sessionEnded = sessionEnded;
  }

  /** Goes through all of them, unless it is stopped. */
  void run(Database database, BooleanSupplier isStopped) {
    Map<String, UserId> open = openSessions.get();
    for (List<String> some : Batches.split(open.keySet(), SESSIONS_AT_ONCE)) {
      if (isStopped.getAsBoolean()) {
        return;
      }
      Found found = database.read(tx -> find(tx, some)).join();
      if (!found.extendable.isEmpty()) {
        database.write(tx -> sessionStore.extendSessions(tx, found.extendable)).join();
      }
      closeMissing(open, some, found.existing);
    }
  }

  private record Found(List<String> extendable, Set<String> existing) {}

  private Found find(Transaction tx, List<String> hashes) {
    var existing = new HashSet<>(sessionStore.findExisting(tx, hashes));
    existing.addAll(keyStore.findExisting(tx, hashes));
    return new Found(sessionStore.findExtendable(tx, hashes), existing);
  }

  /** An external sign-in has no session here; its connections have one value in common. */
  private void closeMissing(Map<String, UserId> open, List<String> hashes, Set<String> existing) {
    for (String hash : hashes) {
      UserId user = open.get(hash);
      if (user != null
          && !existing.contains(hash)
          && !hash.equals(ExternalSignIns.sessionOf(user))) {
        sessionEnded.accept(user, hash);
      }
    }
  }
}
