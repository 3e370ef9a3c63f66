package io.bookbell.server.transfer;

import static java.util.stream.Collectors.groupingBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.ImportedQuotaStore;
import io.bookbell.server.quota.ImportedQuotaStore.NewMembership;
import io.bookbell.server.quota.ImportedQuotaStore.StoredMembership;
import io.bookbell.server.transfer.Fingerprint.Change;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports supporters with their tiers and counters. Confined to the transaction's thread. */
final class SupporterImport {
  private static final long MAX_REQUESTS = 1_000_000;
  private static final int ROWS_AT_ONCE = 500;

  private final ImportedQuotaStore quotas = new ImportedQuotaStore();
  private final ImportState state;
  private final AccountImport accounts;
  private final TierImport tiers;
  private final LedgerImport ledgers;

  SupporterImport(ImportState state, AccountImport accounts, TierImport tiers) {
    this.state = state;
    this.accounts = accounts;
    this.tiers = tiers;
    this.ledgers = new LedgerImport(state);
  }

  /** A supporter as the replaced system has it; no title: no tier. */
  record LegacySupporter(UserId creator, UserId user, String title, int allowed, int used) {
    SupporterKey key() {
      return new SupporterKey(creator, user);
    }

    String tierFingerprint() {
      return TierImport.fingerprint(title, allowed);
    }
  }

  /** What is remembered of a supporter. */
  record SupporterBase(String tierThere, long tierHere, int used) {
    static SupporterBase of(ImportedRow row) {
      return new SupporterBase(
          row.part(0), Long.parseLong(row.part(1)), Integer.parseInt(row.part(2)));
    }

    ImportedRow toRow(UserId user) {
      return new ImportedRow(user.value(), "%s.%d.%d".formatted(tierThere, tierHere, used));
    }
  }

  void run() {
    state.forEachBatch(LegacyQuery.SUPPORTERS, this::importBatch);
    state.creators.forEach(this::reportGone);
  }

  private void importBatch(List<LegacyRow> batch) {
    Set<UserId> known =
        accounts.importBatch(AccountImport.peopleOf(state, RowKind.SUPPORTER, "user_id", batch));
    var found = new ArrayList<LegacySupporter>();
    for (LegacyRow row : batch) {
      @Nullable UserId user = row.id("user_id").map(UserId::new).orElse(null);
      if (user == null || !known.contains(user)) {
        continue; // reported already
      }
      @Nullable UserId creator = row.id("creator_id").map(UserId::new).orElse(null);
      if (creator == null || !state.creators.contains(creator)) {
        state.report.add(
            ImportFinding.ORPHANED_SUPPORTER,
            "%s of creator %s"
                .formatted(
                    AccountImport.describe(user), row.text("creator_id").orElse("without an id")));
        state.report.count(RowKind.SUPPORTER, Outcome.LEFT_OUT);
      } else if (state.supporters.add(new SupporterKey(creator, user))) {
        found.add(
            new LegacySupporter(
                creator,
                user,
                LegacyTexts.tierName(row),
                counter(row, "requests_allowed", user),
                counter(row, "requests_used", user)));
      } else {
        state.report.add(
            ImportFinding.DUPLICATE_ID,
            "supporters: %s of creator %s".formatted(AccountImport.describe(user), creator));
        state.report.count(RowKind.SUPPORTER, Outcome.LEFT_OUT);
      }
    }
    found.stream().collect(groupingBy(LegacySupporter::creator)).forEach(this::importSupporters);
  }

  /** A number of requests; 0, or the nearest possible one, in place of an impossible one. */
  static int possibleCounter(LegacyRow row, String column) {
    return possibleCounter(row.text(column).orElse(null));
  }

  /** The same for a text. */
  static int possibleCounter(@Nullable String text) {
    return (int) Math.clamp(LegacyRow.parseWholeNumber(text).orElse(0L), 0, MAX_REQUESTS);
  }

  private int counter(LegacyRow row, String column, UserId user) {
    Optional<Long> number = row.wholeNumber(column);
    int possible = possibleCounter(row, column);
    boolean given = row.text(column).isPresent();
    if (given ? number.isEmpty() || number.get() != possible : row.text("tier").isPresent()) {
      state.report.add(
          ImportFinding.INVALID_COUNTER,
          "%s: %s “%s”"
              .formatted(AccountImport.describe(user), column, row.text(column).orElse("")));
    }
    return possible;
  }

  private void importSupporters(UserId creator, List<LegacySupporter> supporters) {
    List<UserId> users = supporters.stream().map(LegacySupporter::user).toList();
    Map<UserId, StoredMembership> existing = quotas.findMemberships(state.tx, creator, users);
    Map<Long, ImportedRow> imported =
        state.rows.findAll(
            state.tx,
            RowKind.SUPPORTER,
            creator.value(),
            users.stream().map(UserId::value).toList());
    var added = new ArrayList<NewMembership>();
    var stored = new ArrayList<ImportedRow>();
    for (LegacySupporter there : supporters) {
      @Nullable StoredMembership here = existing.get(there.user);
      @Nullable ImportedRow before = imported.get(there.user.value());
      if (here == null && before == null) {
        long tier = tiers.tierFor(creator, there.title, there.allowed);
        added.add(new NewMembership(creator, there.user, tier, there.used));
        stored.add(new SupporterBase(there.tierFingerprint(), tier, there.used).toRow(there.user));
        state.stale.add(there.key());
        state.report.count(RowKind.SUPPORTER, Outcome.ADDED);
      } else if (here == null) {
        state.report.add(
            ImportFinding.CHANGED_ON_BOTH_SIDES,
            AccountImport.describe(there.user) + ": is no supporter here any more");
        state.report.count(RowKind.SUPPORTER, Outcome.LEFT_OUT);
      } else {
        SupporterBase base =
            before == null // made here, with a tier and a counter of its own
                ? new SupporterBase(there.tierFingerprint(), here.tierId(), there.used)
                : SupporterBase.of(before);
        stored.add(merge(there, here, base).toRow(there.user));
      }
    }
    quotas.insertMemberships(state.tx, added);
    state.rows.storeAll(state.tx, RowKind.SUPPORTER, creator.value(), stored);
  }

  private SupporterBase merge(LegacySupporter there, StoredMembership here, SupporterBase base) {
    long tierHere = base.tierHere;
    String tierThere = there.tierFingerprint();
    boolean changed = false;
    if (!tierThere.equals(base.tierThere)) {
      long wanted = tiers.tierFor(there.creator, there.title, there.allowed);
      Change change =
          Fingerprint.compare(
              Long.toString(base.tierHere), Long.toString(wanted), Long.toString(here.tierId()));
      if (change == Change.BOTH) {
        tierThere = base.tierThere;
        state.report.add(
            ImportFinding.CHANGED_ON_BOTH_SIDES, AccountImport.describe(there.user) + ": tier");
      } else {
        changed = change == Change.THERE;
        tierHere = wanted;
      }
      if (changed) {
        quotas.updateTier(state.tx, there.creator, there.user, wanted);
        state.stale.add(there.key());
      }
    }
    if (there.used != base.used) {
      state.counterGrowth.put(there.key(), there.used - base.used);
      state.stale.add(there.key());
      changed |=
          there.used > base.used || ledgers.isRewritten(there.creator, there.user); // or it waits
    }
    state.report.count(RowKind.SUPPORTER, changed ? Outcome.CHANGED : Outcome.UNCHANGED);
    return new SupporterBase(tierThere, tierHere, there.used);
  }

  /** Makes people supporters without requests, because they have made requests to the creator. */
  void addWithoutTier(UserId creator, List<UserId> users) {
    long tier = tiers.tierFor(creator, "", 0);
    quotas.insertMemberships(
        state.tx, users.stream().map(user -> new NewMembership(creator, user, tier, 0)).toList());
    var base = new SupporterBase(TierImport.fingerprint("", 0), tier, 0);
    state.rows.storeAll(
        state.tx, RowKind.SUPPORTER, creator.value(), users.stream().map(base::toRow).toList());
    for (UserId user : users) {
      state.supporters.add(new SupporterKey(creator, user));
      state.report.add(
          ImportFinding.REQUEST_WITHOUT_MEMBERSHIP,
          "%s with creator %s".formatted(AccountImport.describe(user), creator));
      state.report.count(RowKind.SUPPORTER, Outcome.ADDED);
    }
  }

  /** Memberships that end there stay here, with the requests that belong to them. */
  private void reportGone(UserId creator) {
    String without = TierImport.fingerprint("", 0);
    long after = 0;
    List<ImportedRow> page;
    do {
      page =
          state.rows.findBetween(
              state.tx, RowKind.SUPPORTER, creator.value(), after, Long.MAX_VALUE, ROWS_AT_ONCE);
      for (ImportedRow row : page) {
        after = row.id();
        var key = new SupporterKey(creator, new UserId(row.id()));
        if (!state.supporters.contains(key)
            && !state.removed.contains(key.user())
            && !row.part(0).equals(without)) {
          state.report.add(
              ImportFinding.GONE_THERE,
              "%s as a supporter of creator %s"
                  .formatted(AccountImport.describe(key.user()), creator));
        }
      }
    } while (page.size() == ROWS_AT_ONCE);
  }
}
