package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.concurrent.CompletionException;

/**
 * Writes what was made and changed here into the tables of the Python system, as often as wanted:
 * what was changed there since stays. Stateless.
 *
 * <p>Commands wait for an export, or those that take a request from the shared counter meanwhile
 * could be undone there. The other database commits first. If this one then fails, the next export
 * finds the requests and counters on which both sides agree, and the next import finds the people.
 */
public final class LegacyExport {
  private LegacyExport() {}

  /**
   * Exports everything, and fills in the report.
   *
   * @param dryRun whether nothing is to be stored
   */
  public static void exportData(
      Database database,
      LegacyDatabase target,
      ImportReport report,
      ImportProgress progress,
      boolean dryRun) {
    try {
      database
          .write(
              tx -> {
                report.restart();
                exportData(tx, target, report, progress, dryRun);
                return true;
              })
          .join();
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof DryRunException)) {
        throw e;
      }
    }
  }

  private static void exportData(
      Transaction tx,
      LegacyDatabase target,
      ImportReport report,
      ImportProgress progress,
      boolean dryRun) {
    new CreatorStore(BasePath.NONE).lockAll(tx); // commands that change a shared counter wait
    target.beginSnapshot(); // also undoes what was written if the transaction here began again
    var writer = new LegacyWriter(target);
    QueryMapping mapping = QueryMapping.ofDefault(target.isPostgres());
    var state = new ImportState(tx, target, mapping, report, progress);
    state
        .rows
        .findBetween(
            tx, RowKind.CREATOR, ImportedRowStore.NO_CREATOR, 0, Long.MAX_VALUE, Integer.MAX_VALUE)
        .forEach(row -> state.creators.add(new UserId(row.id())));
    if (state.creators.isEmpty()) {
      throw new TransferException(
          "Nothing was imported yet, so there is nothing to export: see bookbell import --help");
    }
    new PeopleExport(state, writer).run();
    new RequestExport(state, writer).run();
    if (dryRun) {
      writer.rollback();
      throw new DryRunException();
    }
    tx.flushStatements(); // what fails here must not be stored there
    writer.commit();
  }
}
