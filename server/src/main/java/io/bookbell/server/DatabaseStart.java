package io.bookbell.server;

import io.bookbell.server.account.AccountStore;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.FileMark;
import io.bookbell.server.storage.FileMark.RenewedMark;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server does with the database when it starts, before anybody is connected. */
final class DatabaseStart {
  private static final Logger log = LoggerFactory.getLogger(DatabaseStart.class);

  private final Database database;
  private final AccountStore accountStore;

  DatabaseStart(Database database, AccountStore accountStore) {
    this.database = database;
    this.accountStore = accountStore;
  }

  /**
   * What is read from the database at the start.
   *
   * @param setupToken the token in {@link Bookbell#setupLink}
   */
  record StartupState(Optional<String> setupToken, ClusterBackplane.DatabaseIdentity identity) {}

  /** Creates the epoch and id of a new database, and reads the state needed for the start. */
  CompletableFuture<StartupState> prepare() {
    Optional<RenewedMark> mark = database.fileMark().map(FileMark::renew);
    return database
        .writeFromReserve(tx -> prepare(tx, mark))
        .exceptionallyCompose(
            failure ->
                mark.isPresent()
                        && StorageException.translateFailure(failure) instanceof StorageException
                    ? database.writeFromReserve(tx -> prepare(tx, Optional.empty()))
                    : CompletableFuture.failedFuture(failure));
  }

  /**
   * @param mark empty on PostgreSQL, and if the new mark can't be stored because the disk is full
   */
  private StartupState prepare(Transaction tx, Optional<RenewedMark> mark) {
    EpochStore.ensureInstallation(tx);
    startAnewIfPutBack(tx, mark);
    return new StartupState(
        accountStore.createSetupToken(tx),
        new ClusterBackplane.DatabaseIdentity(
            EpochStore.installationId(tx), new EpochStore().currentEpoch(tx)));
  }

  /** Called when the database was replaced by another while the server runs. */
  void onReplaced() {
    if (database.isShared()) {
      var _ =
          database.write(
              tx -> {
                startAnewIfPutBack(tx, Optional.empty());
                return true;
              });
    }
  }

  /** A database that was put back gives numbers and ids again that others have seen already. */
  private static void startAnewIfPutBack(Transaction tx, Optional<RenewedMark> mark) {
    if (EpochStore.checkIncarnation(tx, mark)) {
      OutboxStore.skipIds(tx);
      log.info(
          "The database was put back, copied, moved or promoted since the last start: clients load"
              + " everything anew");
    }
  }
}
