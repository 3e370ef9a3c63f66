package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.request.ImportedRequestStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * Imports the replaced system's data in one transaction, as often as wanted: what changed there
 * since follows, what changed here stays. A dry run does everything and rolls back. Stateless.
 */
public final class LegacyImport {
  /**
   * Ids that the replaced system may still assign before its users move over. New rows here have
   * higher ones, so that no id is given twice.
   */
  static final long RESERVED_IDS = 1_000_000;

  /** Tables whose ids are those of the replaced system, and as what their rows are remembered. */
  static final Map<String, RowKind> TABLES =
      Map.of("app_user", RowKind.ACCOUNT, "book_request", RowKind.REQUEST, "reply", RowKind.REPLY);

  private LegacyImport() {}

  /**
   * Imports everything, and fills in the report.
   *
   * @param dryRun whether nothing is to be stored
   */
  public static void importData(
      Database database,
      LegacyDatabase source,
      QueryMapping mapping,
      ImportReport report,
      ImportProgress progress,
      boolean dryRun) {
    try {
      database
          .write(
              tx -> {
                report.restart();
                importData(new ImportState(tx, source, mapping, report, progress));
                if (dryRun) {
                  throw new DryRunException();
                }
                return true;
              })
          .join();
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof DryRunException)) {
        throw e;
      }
    }
  }

  private static void importData(ImportState state) {
    Transaction tx = state.tx;
    EpochStore.ensureInstallation(tx);
    var creatorStore = new CreatorStore(BasePath.NONE);
    creatorStore.lockAll(tx); // commands wait until everything is imported
    state.source.beginSnapshot(); // of what they have changed there before
    new ImportedRequestStore().countAtEnd(tx);
    var accounts = new AccountImport(state);
    new CreatorImport(state, accounts).run();
    new TeamImport(state, accounts).run();
    var supporters = new SupporterImport(state, accounts, new TierImport(state));
    supporters.run();
    new RequestImport(state, supporters).run();
    new ReplyImport(state).run();
    new LedgerImport(state).run();
    if (state.report.hasChanges()) {
      finish(state, creatorStore);
    }
  }

  private static void finish(ImportState state, CreatorStore creatorStore) {
    var requests = new ImportedRequestStore();
    for (UserId creator : state.creators) {
      requests.recount(state.tx, creator);
      creatorStore.refreshImported(state.tx, creator, requests.countPending(state.tx, creator));
    }
    TABLES.forEach(
        (table, kind) ->
            state
                .highestId(kind)
                .ifPresent(
                    highest ->
                        IdentitySequences.raiseSequence(state.tx, table, highest + RESERVED_IDS)));
    EpochStore.renewEpoch(state.tx); // pages that are open get a new snapshot
  }
}
