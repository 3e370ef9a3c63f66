package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.quota.ImportedQuotaStore;
import io.bookbell.server.quota.ImportedQuotaStore.ImportedTier;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes tiers from the titles and allowances of supporters: one for each pair. Confined to the
 * transaction's thread.
 */
final class TierImport {
  /** The tier of supporters who have none there. */
  static final String NO_TIER = "No tier";

  private final ImportedQuotaStore quotas = new ImportedQuotaStore();
  private final CreatorStore creatorStore = new CreatorStore(BasePath.NONE);
  private final Map<UserId, Map<String, Long>> tiers = new HashMap<>();
  private final ImportState state;

  TierImport(ImportState state) {
    this.state = state;
  }

  /** Identifies a pair of title and allowance, regardless of case. */
  static String fingerprint(String title, int allowed) {
    return Fingerprint.of(CaseFolding.foldCase(title), allowed);
  }

  /** Returns the tier for a title and an allowance. */
  long tierFor(UserId creator, String title, int allowed) {
    return tiers
        .computeIfAbsent(creator, this::findImported)
        .computeIfAbsent(fingerprint(title, allowed), _ -> adoptOrCreate(creator, title, allowed));
  }

  private Map<String, Long> findImported(UserId creator) {
    Set<Long> existing =
        quotas.findTiers(state.tx, creator).stream()
            .map(ImportedTier::id)
            .collect(Collectors.toSet());
    var found = new HashMap<String, Long>();
    for (ImportedRow row :
        state.rows.findBetween(
            state.tx, RowKind.TIER, creator.value(), 0, Long.MAX_VALUE, Integer.MAX_VALUE)) {
      if (existing.contains(row.id())) {
        found.put(row.fingerprint(), row.id());
      }
    }
    return found;
  }

  private long adoptOrCreate(UserId creator, String title, int allowed) {
    String wanted = title.isEmpty() ? NO_TIER : title;
    List<ImportedTier> existing = quotas.findTiers(state.tx, creator);
    Optional<ImportedTier> same =
        existing.stream()
            .filter(tier -> CaseFolding.areEqual(tier.name(), wanted))
            .filter(tier -> tier.requestsAllowed() == allowed)
            .findFirst();
    long id =
        same.map(ImportedTier::id)
            .orElseGet(
                () ->
                    quotas.createTier(
                        state.tx,
                        creator,
                        uniqueName(wanted, allowed, existing),
                        allowed,
                        creatorStore.get(state.tx, creator).creator().timeZone()));
    state.rows.store(
        state.tx, RowKind.TIER, creator.value(), new ImportedRow(id, fingerprint(title, allowed)));
    state.report.count(RowKind.TIER, same.isPresent() ? Outcome.UNCHANGED : Outcome.ADDED);
    return id;
  }

  private static String uniqueName(String wanted, int allowed, List<ImportedTier> existing) {
    String name = wanted;
    for (int number = 1; isTaken(name, existing); number++) {
      name = "%s (%d)".formatted(wanted, allowed) + (number == 1 ? "" : " " + number);
    }
    return name;
  }

  private static boolean isTaken(String name, List<ImportedTier> existing) {
    return existing.stream().anyMatch(tier -> CaseFolding.areEqual(tier.name(), name));
  }
}
