package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.ImportedAccountStore;
import io.bookbell.server.quota.ImportedQuotaStore;
import io.bookbell.server.quota.ImportedQuotaStore.StoredMembership;
import io.bookbell.server.team.ImportedTeamStore;
import io.bookbell.server.transfer.Fingerprint.Change;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import io.bookbell.server.transfer.LegacyWriter.LegacyCounter;
import io.bookbell.server.transfer.LegacyWriter.NewUser;
import io.bookbell.server.transfer.SupporterImport.SupporterBase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Exports new team members and supporters, and the tiers and counters of all supporters. Confined
 * to the transaction's thread.
 */
final class PeopleExport {
  private static final int ROWS_AT_ONCE = 500;

  private final ImportedAccountStore accounts = new ImportedAccountStore();
  private final ImportedQuotaStore quotas = new ImportedQuotaStore();
  private final ImportedTeamStore team = new ImportedTeamStore();
  private final ImportState state;
  private final LegacyWriter writer;

  PeopleExport(ImportState state, LegacyWriter writer) {
    this.state = state;
    this.writer = writer;
  }

  void run() {
    state.progress.begin("people", state.creators.size());
    for (UserId creator : state.creators) {
      exportTeam(creator);
      exportSupporters(creator);
      state.progress.advance(1);
    }
    state.progress.end();
  }

  private void exportTeam(UserId creator) {
    Map<UserId, Boolean> members = team.findAll(state.tx, creator);
    Set<UserId> known = AccountImport.knownUsers(state, members.keySet());
    Map<UserId, Account> people = accounts.findAll(state.tx, members.keySet());
    Set<UserId> removed = accounts.findRemoved(state.tx, members.keySet());
    Set<Long> there =
        state
            .rows
            .findAll(
                state.tx,
                RowKind.TEAM,
                creator.value(),
                members.keySet().stream().map(UserId::value).toList())
            .keySet();
    for (UserId user : new TreeSet<>(members.keySet())) {
      boolean active = Objects.requireNonNull(members.get(user));
      if (active && known.contains(user) && !there.contains(user.value())) {
        state.report.add(
            ImportFinding.OTHER_ROLE,
            "%s with creator %s".formatted(AccountImport.describe(user), creator));
        state.report.count(RowKind.TEAM, Outcome.LEFT_OUT);
      } else if (!known.contains(user)
          && !removed.contains(user)
          && insert(Objects.requireNonNull(people.get(user)), "team", creator, active, null)) {
        state.rows.store(
            state.tx,
            RowKind.TEAM,
            creator.value(),
            new ImportedRow(user.value(), Fingerprint.of(active)));
        state.report.count(RowKind.TEAM, Outcome.ADDED);
      }
    }
  }

  private void exportSupporters(UserId creator) {
    long after = 0;
    List<UserId> page;
    do {
      page = quotas.findSupportersAfter(state.tx, creator, after, ROWS_AT_ONCE);
      if (!page.isEmpty()) {
        exportPage(creator, page);
        after = page.getLast().value();
      }
    } while (page.size() == ROWS_AT_ONCE);
  }

  private void exportPage(UserId creator, List<UserId> users) {
    Map<UserId, StoredMembership> memberships = quotas.findMemberships(state.tx, creator, users);
    List<Long> ids = users.stream().map(UserId::value).toList();
    Map<Long, ImportedRow> imported =
        state.rows.findAll(state.tx, RowKind.SUPPORTER, creator.value(), ids);
    Set<UserId> known = AccountImport.knownUsers(state, users);
    Map<UserId, Account> people = accounts.findAll(state.tx, users);
    Map<Long, LegacyCounter> there = writer.findCounters(ids);
    for (UserId user : users) {
      StoredMembership here = Objects.requireNonNull(memberships.get(user));
      @Nullable LegacyCounter counter = there.get(user.value());
      if (!known.contains(user)) {
        insertSupporter(Objects.requireNonNull(people.get(user)), here);
      } else if (counter != null) {
        exportCounter(here, imported.get(user.value()), counter);
      } else {
        state.report.add(ImportFinding.GONE_THERE, AccountImport.describe(user));
      }
    }
  }

  private void insertSupporter(Account person, StoredMembership here) {
    TierData data = TierData.parse(null);
    data.setTier(here.tierName(), here.requestsAllowed());
    data.setUsed(here.used());
    if (insert(person, "patreon", here.creator(), true, data.toString())) {
      remember(here, data);
      state.report.count(RowKind.SUPPORTER, Outcome.ADDED);
    }
  }

  /** Returns whether the account was added. */
  private boolean insert(
      Account person, String role, UserId creator, boolean active, @Nullable String tierData) {
    if (writer.hasUser(person.id(), person.email())) {
      state.report.add(
          ImportFinding.ID_TAKEN,
          "%s, %s".formatted(AccountImport.describe(person.id()), person.email()));
      state.report.count(RowKind.ACCOUNT, Outcome.LEFT_OUT);
      return false;
    }
    writer.insertUser(
        new NewUser(
            person.id(),
            person.email(),
            person.displayName(),
            role,
            creator,
            active,
            tierData,
            state.tx.now()));
    var withoutPassword =
        new Account(
            person.id(), person.email(), person.displayName(), ImportedAccountStore.NO_PASSWORD);
    state.rows.storeExported(
        state.tx,
        RowKind.ACCOUNT,
        List.of(new ImportedRow(person.id().value(), AccountImport.fingerprint(withoutPassword))));
    state.report.add(ImportFinding.PASSWORD_STAYS_HERE, AccountImport.describe(person.id()));
    state.report.count(RowKind.ACCOUNT, Outcome.ADDED);
    return true;
  }

  private void exportCounter(
      StoredMembership here, @Nullable ImportedRow row, LegacyCounter there) {
    @Nullable SupporterBase before = row == null ? null : SupporterBase.of(row);
    Long creator = here.creator().value();
    if (!creator.equals(there.createdBy())) {
      if (before == null || here.used() != before.used()) {
        state.report.add(
            ImportFinding.OTHER_CREATOR,
            "%s with creator %s".formatted(AccountImport.describe(here.user()), here.creator()));
        state.report.count(RowKind.SUPPORTER, Outcome.LEFT_OUT);
      }
      return;
    }
    TierData data = TierData.parse(there.tierData());
    SupporterBase base =
        before == null ? new SupporterBase(fingerprint(data), here.tierId(), data.used()) : before;
    boolean tierChanged = exportTier(here, base, data);
    boolean usedChanged = exportUsed(here, base, data);
    if (tierChanged || usedChanged) {
      writer.updateCounter(here.user().value(), data.toString());
    }
    boolean tierAgreed = tierChanged || fingerprint(data).equals(base.tierThere());
    remember(here, base, data, tierAgreed);
    state.report.count(
        RowKind.SUPPORTER, tierChanged || usedChanged ? Outcome.CHANGED : Outcome.UNCHANGED);
  }

  private static String fingerprint(TierData data) {
    return TierImport.fingerprint(data.title(), data.allowed());
  }

  private boolean exportTier(StoredMembership here, SupporterBase base, TierData there) {
    String title = here.tierId() == base.tierHere() ? there.title() : here.tierName();
    String wanted = TierImport.fingerprint(title, here.requestsAllowed());
    Change change = Fingerprint.compare(base.tierThere(), fingerprint(there), wanted);
    if (change == Change.HERE) {
      there.setTier(title, here.requestsAllowed());
    } else if (change == Change.BOTH) {
      report(here, "tier");
    }
    return change == Change.HERE;
  }

  private boolean exportUsed(StoredMembership here, SupporterBase base, TierData there) {
    Change change =
        Fingerprint.compare(
            Integer.toString(base.used()),
            Integer.toString(there.used()),
            Integer.toString(here.used()));
    if (change == Change.HERE) {
      there.setUsed(here.used());
    } else if (change == Change.BOTH) {
      report(here, "counter");
    }
    return change == Change.HERE;
  }

  private void report(StoredMembership here, String what) {
    state.report.add(
        ImportFinding.CHANGED_ON_BOTH_SIDES, AccountImport.describe(here.user()) + ": " + what);
  }

  private void remember(StoredMembership here, TierData data) {
    remember(here, new SupporterBase("", here.tierId(), -1), data, true);
  }

  /** Where both sides agree now, that is what the next import or export compares with. */
  private void remember(
      StoredMembership here, SupporterBase base, TierData there, boolean tierAgreed) {
    var after =
        new SupporterBase(
            tierAgreed ? fingerprint(there) : base.tierThere(),
            tierAgreed ? here.tierId() : base.tierHere(),
            there.used() == here.used() ? here.used() : base.used());
    if (!after.equals(base)) {
      state.rows.store(
          state.tx, RowKind.SUPPORTER, here.creator().value(), after.toRow(here.user()));
    }
  }
}
