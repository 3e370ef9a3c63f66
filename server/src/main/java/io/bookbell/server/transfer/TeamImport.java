package io.bookbell.server.transfer;

import static java.util.stream.Collectors.groupingBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.invitation.InvitationEnding;
import io.bookbell.server.team.ImportedTeamStore;
import io.bookbell.server.team.ImportedTeamStore.NewMember;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports team members. Confined to the transaction's thread. */
final class TeamImport {
  private final ImportedTeamStore team = new ImportedTeamStore();
  private final ImportState state;
  private final AccountImport accounts;
  private final Set<SupporterKey> seen = new HashSet<>();

  TeamImport(ImportState state, AccountImport accounts) {
    this.state = state;
    this.accounts = accounts;
  }

  void run() {
    state.forEachBatch(LegacyQuery.TEAM, this::importBatch);
    state.creators.forEach(this::deactivateGone);
  }

  private void importBatch(List<LegacyRow> batch) {
    Set<UserId> known =
        accounts.importBatch(AccountImport.peopleOf(state, RowKind.TEAM, "user_id", batch));
    var members = new ArrayList<NewMember>();
    for (LegacyRow row : batch) {
      @Nullable UserId user = row.id("user_id").map(UserId::new).orElse(null);
      if (user == null || !known.contains(user)) {
        continue; // reported already
      }
      @Nullable UserId creator = row.id("creator_id").map(UserId::new).orElse(null);
      if (creator == null || creator.equals(user) || !state.creators.contains(creator)) {
        state.report.add(
            ImportFinding.ORPHANED_TEAM_MEMBER,
            "%s of creator %s"
                .formatted(
                    AccountImport.describe(user), row.text("creator_id").orElse("without an id")));
        state.report.count(RowKind.TEAM, Outcome.LEFT_OUT);
      } else if (seen.add(new SupporterKey(creator, user))) {
        members.add(new NewMember(creator, user, row.flag("active")));
      }
    }
    members.stream().collect(groupingBy(NewMember::creator)).forEach(this::importMembers);
  }

  private void importMembers(UserId creator, List<NewMember> members) {
    List<UserId> users = members.stream().map(NewMember::user).toList();
    Map<UserId, Boolean> existing = team.findMembers(state.tx, creator, users);
    Map<Long, ImportedRow> imported =
        state.rows.findAll(
            state.tx, RowKind.TEAM, creator.value(), users.stream().map(UserId::value).toList());
    var added = new ArrayList<NewMember>();
    var stored = new LinkedHashMap<Long, ImportedRow>();
    for (NewMember there : members) {
      long id = there.user().value();
      @Nullable Boolean here = existing.get(there.user());
      @Nullable ImportedRow before = imported.get(id);
      if (here == null && before != null) {
        state.report.add(
            ImportFinding.CHANGED_ON_BOTH_SIDES,
            AccountImport.describe(there.user()) + ": was removed from the team here");
        continue;
      }
      if (here == null) {
        added.add(there);
        state.report.count(RowKind.TEAM, Outcome.ADDED);
      } else {
        String base = before == null ? Fingerprint.of(here) : before.fingerprint();
        merge(there, here, base);
      }
      stored.put(id, new ImportedRow(id, Fingerprint.of(there.active())));
    }
    team.insertMembers(state.tx, added);
    state.rows.storeAll(state.tx, RowKind.TEAM, creator.value(), List.copyOf(stored.values()));
  }

  /** Only one of two states can be new, so nothing changes on both sides. */
  private void merge(NewMember there, boolean here, String before) {
    boolean follows = there.active() != here && Fingerprint.of(here).equals(before);
    if (follows) {
      team.setActive(state.tx, there.creator(), there.user(), there.active());
      if (!there.active()) {
        InvitationEnding.deleteOpenLinks(state.tx, there.creator(), there.user());
        accounts.endSessions(there.user());
      }
    }
    state.report.count(RowKind.TEAM, follows ? Outcome.CHANGED : Outcome.UNCHANGED);
  }

  /** Who was removed from a team there must not see its requests here. */
  private void deactivateGone(UserId creator) {
    for (ImportedRow row :
        state.rows.findBetween(
            state.tx, RowKind.TEAM, creator.value(), 0, Long.MAX_VALUE, Integer.MAX_VALUE)) {
      var user = new UserId(row.id());
      boolean active = team.findMembers(state.tx, creator, List.of(user)).getOrDefault(user, false);
      if (!seen.contains(new SupporterKey(creator, user))
          && active
          && row.fingerprint().equals(Fingerprint.of(true))) {
        team.setActive(state.tx, creator, user, false);
        InvitationEnding.deleteOpenLinks(state.tx, creator, user);
        accounts.endSessions(user);
        state.rows.store(
            state.tx,
            RowKind.TEAM,
            creator.value(),
            new ImportedRow(row.id(), Fingerprint.of(false)));
        state.report.add(
            ImportFinding.REMOVED_FROM_TEAM,
            "%s of creator %s".formatted(AccountImport.describe(user), creator));
        state.report.count(RowKind.TEAM, Outcome.CHANGED);
      }
    }
  }
}
