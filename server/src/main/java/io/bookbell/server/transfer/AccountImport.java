package io.bookbell.server.transfer;

import static java.util.stream.Collectors.toMap;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.ImportedAccountStore;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.account.SessionEnding;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.key.KeyStore;
import io.bookbell.server.request.RenamedSupporters;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports accounts: people of any role. Confined to the transaction's thread. */
final class AccountImport {
  private final ImportedAccountStore accounts = new ImportedAccountStore();
  private final RenamedSupporters renamed = new RenamedSupporters();
  private final ImportState state;
  private final SessionEnding sessionEnding;
  private final Set<UserId> seen = new HashSet<>();

  AccountImport(ImportState state) {
    this.state = state;
    var sessions = new SessionStore((_, _) -> {}); // servers learn it from the database
    this.sessionEnding =
        new SessionEnding(sessions, new ResetLinkStore(), new KeyStore(sessions)::revokeAll);
  }

  static String describe(UserId user) {
    return "user " + user;
  }

  /**
   * Imports the accounts of some people, each once.
   *
   * @param people their rows, by id
   * @return which of the people have an imported account now that wasn't removed
   */
  Set<UserId> importBatch(Map<UserId, LegacyRow> people) {
    var fresh = new LinkedHashMap<UserId, LegacyRow>();
    people.forEach(
        (user, row) -> {
          if (seen.add(user)) {
            fresh.put(user, row);
          }
        });
    List<Long> ids = people.keySet().stream().map(UserId::value).toList();
    state.noteIds(RowKind.ACCOUNT, ids);
    Map<Long, ImportedRow> imported = findImported(ids);
    Map<UserId, Account> existing = accounts.findAll(state.tx, people.keySet());
    Set<UserId> removed = accounts.findRemoved(state.tx, people.keySet());
    leaveOut(removed, fresh);
    Map<String, UserId> owners = findOwners(fresh.values());
    var added = new ArrayList<Account>();
    var stored = new ArrayList<ImportedRow>();
    fresh.forEach(
        (user, row) -> {
          Account there = convert(user, row, owners);
          @Nullable ImportedRow before = imported.get(user.value());
          @Nullable Account here = existing.get(user);
          if (here == null) {
            added.add(there);
            stored.add(new ImportedRow(user.value(), fingerprint(there)));
            state.report.count(RowKind.ACCOUNT, Outcome.ADDED);
          } else if (before != null) {
            merge(before, there, here).ifPresent(stored::add);
          } else if (here.email().equals(there.email())) {
            stored.add(new ImportedRow(user.value(), fingerprint(there)));
            state.report.count(RowKind.ACCOUNT, Outcome.UNCHANGED);
          } else {
            state.report.add(ImportFinding.ID_TAKEN, describe(user) + ": " + there.email());
            state.report.count(RowKind.ACCOUNT, Outcome.LEFT_OUT);
          }
        });
    accounts.insertAll(state.tx, added);
    state.rows.storeAll(state.tx, RowKind.ACCOUNT, ImportedRowStore.NO_CREATOR, stored);
    var known = new HashSet<UserId>();
    findImported(ids).keySet().forEach(id -> known.add(new UserId(id)));
    known.removeAll(removed);
    return known;
  }

  /** Who was removed here stays so. */
  private void leaveOut(Set<UserId> removed, Map<UserId, LegacyRow> fresh) {
    state.removed.addAll(removed);
    for (UserId user : removed) {
      if (fresh.remove(user) != null) {
        state.report.add(ImportFinding.REMOVED_HERE, describe(user));
        state.report.count(RowKind.ACCOUNT, Outcome.LEFT_OUT);
      }
    }
  }

  /** Ends the sessions of somebody who isn't active there any more. */
  void endSessions(UserId user) {
    sessionEnding.endAllExcept(state.tx, user, "");
  }

  /** Whoever signed in before must not act on without the password that is valid now. */
  private void endSessions(Account before, Account after) {
    if (after.passwordHash().equals(before.passwordHash())) {
      return;
    }
    if (after.passwordHash().equals(ImportedAccountStore.NO_PASSWORD)) {
      sessionEnding.endAll(state.tx, after.id());
    } else {
      endSessions(after.id());
    }
  }

  private Map<Long, ImportedRow> findImported(Collection<Long> ids) {
    return state.rows.findAll(state.tx, RowKind.ACCOUNT, ImportedRowStore.NO_CREATOR, ids);
  }

  private Map<String, UserId> findOwners(Collection<LegacyRow> people) {
    List<String> emails =
        people.stream()
            .flatMap(row -> row.text("email").flatMap(EmailAddress::of).stream())
            .toList();
    return new HashMap<>(accounts.findOwners(state.tx, emails));
  }

  private Account convert(UserId user, LegacyRow row, Map<String, UserId> owners) {
    String where = describe(user);
    return new Account(
        user,
        email(user, row.text("email").orElse(""), owners),
        state.texts.displayName(row, where),
        passwordHash(row, where));
  }

  private String email(UserId user, String typed, Map<String, UserId> owners) {
    Optional<String> address = EmailAddress.of(typed);
    if (address.isEmpty()) {
      state.report.add(ImportFinding.INVALID_EMAIL, describe(user) + ": “" + typed + "”");
      return placeholder(user);
    }
    @Nullable UserId owner = owners.putIfAbsent(address.get(), user);
    if (owner != null && !owner.equals(user)) {
      state.report.add(
          ImportFinding.DUPLICATE_EMAIL,
          "%s: %s is that of %s".formatted(describe(user), typed.strip(), describe(owner)));
      return placeholder(user);
    }
    return address.get();
  }

  /** An address that nobody can have. */
  static String placeholder(UserId user) {
    return "user-%s@import.invalid".formatted(user);
  }

  private String passwordHash(LegacyRow row, String where) {
    String hash = row.text("password_hash").map(String::strip).orElse("");
    if (hash.isEmpty()) {
      state.report.add(ImportFinding.NO_PASSWORD, where);
      return ImportedAccountStore.NO_PASSWORD;
    }
    if (!ImportedAccountStore.isUsableHash(hash)) {
      state.report.add(ImportFinding.UNKNOWN_HASH, where);
      return ImportedAccountStore.NO_PASSWORD;
    }
    return hash;
  }

  static String fingerprint(Account account) {
    return String.join(
        ".",
        Fingerprint.of(account.email()),
        Fingerprint.of(account.displayName()),
        Fingerprint.of(account.passwordHash()));
  }

  /** Has the account follow what changed there; returns what to remember if it did. */
  private Optional<ImportedRow> merge(ImportedRow before, Account there, Account here) {
    var after =
        new Account(
            here.id(),
            chooseEmail(before, there, here),
            choose(before.part(1), there.displayName(), here.displayName(), here, "name"),
            choosePassword(before, there, here));
    boolean changed = !after.equals(here);
    if (changed) {
      accounts.update(state.tx, after);
      if (!after.displayName().equals(here.displayName())) {
        renamed.recordRename(state.tx, after.id());
      }
      endSessions(here, after);
    }
    state.report.count(RowKind.ACCOUNT, changed ? Outcome.CHANGED : Outcome.UNCHANGED);
    String agreed =
        String.join(
            ".",
            agreed(before.part(0), there.email(), after.email()),
            agreed(before.part(1), there.displayName(), after.displayName()),
            agreedPassword(before, there, after));
    return agreed.equals(before.fingerprint())
        ? Optional.empty()
        : Optional.of(new ImportedRow(here.id().value(), agreed));
  }

  /** Whoever can sign in with an address here keeps it while there is none to replace it. */
  private String chooseEmail(ImportedRow before, Account there, Account here) {
    return there.email().equals(placeholder(here.id()))
        ? here.email()
        : choose(before.part(0), there.email(), here.email(), here, "e-mail address");
  }

  /** A hash that was only replaced at a sign-in here is no other password. */
  private String choosePassword(ImportedRow before, Account there, Account here) {
    if (ImportedPasswords.standsFor(before, here.passwordHash())) {
      return Fingerprint.of(there.passwordHash()).equals(before.part(2))
          ? here.passwordHash()
          : there.passwordHash();
    }
    return choose(before.part(2), there.passwordHash(), here.passwordHash(), here, "password");
  }

  private static String agreedPassword(ImportedRow before, Account there, Account after) {
    return ImportedPasswords.standsFor(before, after.passwordHash())
        ? before.part(2) + "." + Fingerprint.of(after.passwordHash())
        : agreed(before.part(2), there.passwordHash(), after.passwordHash());
  }

  private String choose(String before, String there, String here, Account account, String what) {
    return switch (Fingerprint.compare(before, Fingerprint.of(there), Fingerprint.of(here))) {
      case NONE, HERE -> here;
      case THERE -> there;
      case BOTH -> {
        state.report.add(ImportFinding.CHANGED_ON_BOTH_SIDES, describe(account.id()) + ": " + what);
        yield here;
      }
    };
  }

  /** The state to compare with next time: where both sides agree, what they agree on. */
  private static String agreed(String before, String there, String after) {
    return there.equals(after) ? Fingerprint.of(after) : before;
  }

  /** Which of the users have an imported account. */
  static Set<UserId> knownUsers(ImportState state, Collection<UserId> users) {
    return state
        .rows
        .findAll(
            state.tx,
            RowKind.ACCOUNT,
            ImportedRowStore.NO_CREATOR,
            users.stream().map(UserId::value).distinct().toList())
        .keySet()
        .stream()
        .collect(toMap(UserId::new, id -> id))
        .keySet();
  }

  /** Rows by the id of the person; rows without one are reported. */
  static Map<UserId, LegacyRow> peopleOf(
      ImportState state, RowKind kind, String column, List<LegacyRow> batch) {
    var people = new LinkedHashMap<UserId, LegacyRow>();
    for (LegacyRow row : batch) {
      row.id(column)
          .ifPresentOrElse(
              id -> people.putIfAbsent(new UserId(id), row),
              () -> {
                state.report.add(
                    ImportFinding.INVALID_ID,
                    "%s: %s “%s”".formatted(kind.plural(), column, row.text(column).orElse("")));
                state.report.count(kind, Outcome.LEFT_OUT);
              });
    }
    return people;
  }
}
