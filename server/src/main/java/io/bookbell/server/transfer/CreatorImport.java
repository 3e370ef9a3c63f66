package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.transfer.Fingerprint.Change;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports the creators. Confined to the transaction's thread. */
final class CreatorImport {
  private final CreatorStore creatorStore = new CreatorStore(BasePath.NONE);
  private final ImportState state;
  private final AccountImport accounts;

  CreatorImport(ImportState state, AccountImport accounts) {
    this.state = state;
    this.accounts = accounts;
  }

  void run() {
    state.forEachBatch(LegacyQuery.CREATORS, this::importBatch);
  }

  private void importBatch(List<LegacyRow> batch) {
    Map<UserId, LegacyRow> people = AccountImport.peopleOf(state, RowKind.CREATOR, "id", batch);
    Set<UserId> known = accounts.importBatch(people);
    people.forEach(
        (user, row) -> {
          if (known.contains(user) && state.creators.add(user)) {
            importCreator(user);
          }
        });
  }

  private void importCreator(UserId user) {
    String name =
        state
            .tx
            .query("SELECT display_name FROM app_user WHERE id = ?", user)
            .single(row -> row.getString("display_name"));
    Optional<ImportedRow> before =
        state.rows.find(state.tx, RowKind.CREATOR, ImportedRowStore.NO_CREATOR, user.value());
    @Nullable String here =
        creatorStore.find(state.tx, user).map(found -> found.creator().name()).orElse(null);
    if (here == null) {
      creatorStore.create(state.tx, user, name);
      remember(user, name);
      state.report.count(RowKind.CREATOR, Outcome.ADDED);
    } else if (before.isEmpty()) {
      remember(user, name);
      state.report.count(RowKind.CREATOR, Outcome.UNCHANGED);
    } else {
      boolean follows =
          Fingerprint.compare(
                  before.get().fingerprint(), Fingerprint.of(name), Fingerprint.of(here))
              == Change.THERE;
      if (follows) {
        creatorStore.rename(state.tx, user, name);
        remember(user, name);
      }
      state.report.count(RowKind.CREATOR, follows ? Outcome.CHANGED : Outcome.UNCHANGED);
    }
  }

  private void remember(UserId user, String name) {
    state.rows.store(
        state.tx,
        RowKind.CREATOR,
        ImportedRowStore.NO_CREATOR,
        new ImportedRow(user.value(), Fingerprint.of(name)));
  }
}
