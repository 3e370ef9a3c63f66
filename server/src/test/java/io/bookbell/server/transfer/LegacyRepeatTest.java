package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.backup.BackupRestorer;
import io.bookbell.server.backup.BackupWriter;
import io.bookbell.server.invitation.Invitation;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService.TierTerms;
import io.bookbell.server.request.Status;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.text.SearchWords;
import io.bookbell.server.transfer.ImportReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Later imports: what changed there follows, what changed here stays. */
class LegacyRepeatTest extends TransferTest {
  private static final UserId READER = new UserId(101);

  @BeforeEach
  void firstImport() {
    legacy.creator(1);
    legacy.user(10, "team@old.test", "team", "1", null);
    legacy.supporter(101, 1, 5, 2);
    legacy.supporter(102, 1, 5, 0);
    legacy.request(1, 1, 101, "APPROVED");
    legacy.request(2, 1, 101, "PENDING");
    legacy.reply(1, 1, 101, "Hello");
    importAll();
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void anImportWithoutChangesChangesNothing() {
    String epoch = epoch();

    ImportReport report = importAll();

    assertThat(report.hasChanges()).isFalse();
    assertThat(report.countOf(ImportFinding.CHANGED_ON_BOTH_SIDES)).isZero();
    assertThat(epoch()).isEqualTo(epoch);
  }

  private String epoch() {
    return domain.read(
        tx -> tx.query("SELECT epoch FROM installation").single(row -> row.getString("epoch")));
  }

  @Test
  void changesInTheReplacedSystemFollow() {
    String epoch = epoch();
    legacy.run(
        "UPDATE book_requests SET status = 'REJECTED', refunded = TRUE, response = 'No' WHERE id ="
            + " 2");
    legacy.run("UPDATE book_requests SET title = 'A better title' WHERE id = 1");
    legacy.run("UPDATE book_request_replies SET body = 'Hello again' WHERE id = 1");
    legacy.run("UPDATE users SET username = 'Amara', email = 'amara@old.test' WHERE id = 101");
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Platinum", 9, 1)
            + "' WHERE id = 101");
    legacy.run("UPDATE users SET is_active = FALSE WHERE id = 10");
    legacy.supporter(103, 1, 4, 1);
    legacy.request(3, 1, 103, "PENDING");
    legacy.reply(2, 3, 103, "Please");

    importAll();

    assertThat(request(2).status()).isEqualTo(Status.REJECTED);
    assertThat(request(2).response()).isEqualTo("No");
    assertThat(request(1).title()).isEqualTo("A better title");
    assertThat(request(1).userName()).isEqualTo("Amara");
    assertThat(request(1).replies()).extracting("body").containsExactly("Hello again");
    assertThat(request(3).replies()).extracting("body").containsExactly("Please");
    assertThat(List.of(quota(101).used(), quota(101).allowed())).containsExactly(1, 9);
    assertThat(List.of(quota(103).used(), quota(103).allowed())).containsExactly(1, 4);
    assertThat(domain.pending(CREATOR)).isEqualTo(1);
    assertThat(team()).extracting("active").containsExactly(false);
    assertThat(account(101).email()).isEqualTo("amara@old.test");
    assertThat(epoch()).as("open pages get a new snapshot").isNotEqualTo(epoch);
  }

  @Test
  void anAddressStaysUntilTheNewOneIsFree() {
    legacy.run("UPDATE users SET email = 'moving@old.test' WHERE id = 101");
    legacy.run("UPDATE users SET email = 'reader101@old.test' WHERE id = 102");
    legacy.run("UPDATE users SET email = 'reader102@old.test' WHERE id = 101");

    ImportReport report = importAll();

    assertThat(report.countOf(ImportFinding.DUPLICATE_EMAIL)).isEqualTo(2);
    assertThat(account(101).email()).isEqualTo("reader101@old.test");
    assertThat(account(102).email()).isEqualTo("reader102@old.test");

    legacy.run("UPDATE users SET email = 'other@old.test' WHERE id = 102");
    importAll();
    importAll();

    assertThat(account(101).email()).isEqualTo("reader102@old.test");
    assertThat(account(102).email()).isEqualTo("other@old.test");
  }

  @Test
  void anAddressThatIsNoneAnyMoreStays() {
    legacy.run("UPDATE users SET email = 'nonsense' WHERE id = 101");

    assertThat(importAll().countOf(ImportFinding.INVALID_EMAIL)).isEqualTo(1);

    assertThat(account(101).email()).isEqualTo("reader101@old.test");
  }

  @Test
  void aCounterThatIsResetThereIsResetHere() {
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Gold", 5, 0)
            + "' WHERE id = 101");

    importAll();

    assertThat(quota(101).used()).isZero();
    domain.answer(CREATOR, 2, Status.REJECTED);
    assertThat(quota(101).used()).isZero();
  }

  @Test
  void whatChangedHereStaysAndIsReported() {
    domain.answer(CREATOR, 2, Status.REJECTED);
    legacy.run("UPDATE book_requests SET status = 'APPROVED', response = 'Yes' WHERE id = 2");

    ImportReport report = importAll();

    assertThat(request(2).status()).isEqualTo(Status.REJECTED);
    assertThat(report.countOf(ImportFinding.CHANGED_ON_BOTH_SIDES)).isEqualTo(1);
    assertThat(report.summary()).anyMatch(line -> line.contains("request 2"));
    assertThat(importAll().countOf(ImportFinding.CHANGED_ON_BOTH_SIDES)).isEqualTo(1);
  }

  @Test
  void requestsOfBothSidesCount() {
    long here = domain.ask(READER, CREATOR, "Asked for here").id();
    legacy.request(3, 1, 101, "PENDING");
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Gold", 5, 3)
            + "' WHERE id = 101");

    importAll();

    assertThat(quota(101).used()).as("two before, one there, one here").isEqualTo(4);
    domain.answer(CREATOR, 3, Status.REJECTED);
    domain.answer(CREATOR, here, Status.REJECTED);
    assertThat(quota(101).used()).isEqualTo(2);
  }

  /** The housekeeping hasn't noticed yet that a month has begun. */
  @Test
  void whatWasUsedThereCountsInTheMonthThatHasBegun() {
    long monthly = domain.tier(CREATOR, 5, Period.MONTH);
    domain.write(tx -> domain.features.supporters.setTier(tx, CREATOR, CREATOR, READER, monthly));
    domain.passes(Duration.ofDays(31));
    legacy.request(3, 1, 101, "PENDING");
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Gold", 5, 4)
            + "' WHERE id = 101");

    importAll();

    assertThat(quota(101).used()).isEqualTo(2);
  }

  @Test
  void aRefundThereIsOneHereEvenAfterRequestsWereMadeHere() {
    domain.ask(READER, CREATOR, "Asked for here");
    legacy.run("UPDATE book_requests SET status = 'CANCELLED', refunded = TRUE WHERE id = 2");
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Gold", 5, 1)
            + "' WHERE id = 101");

    importAll();

    assertThat(request(2).status()).isEqualTo(Status.CANCELLED);
    assertThat(quota(101).used()).isEqualTo(2);
  }

  @Test
  void aRequestMadeHereIsNeverTakenForOneThere() {
    long here = domain.ask(READER, CREATOR, "Asked for here").id();
    legacy.request(here, 1, 102, "PENDING");

    ImportReport report = importAll();

    assertThat(request(here).title()).isEqualTo("Asked for here");
    assertThat(report.countOf(ImportFinding.ID_TAKEN)).isEqualTo(1);
  }

  @Test
  void whatIsGoneThereIsNamedAndTeamMembersAreDeactivated() {
    legacy.run("DELETE FROM book_requests WHERE id = 2");
    legacy.run("DELETE FROM users WHERE id IN (10, 102)");
    long tier = domain.read(tx -> domain.features.tiers.list(tx, CREATOR, CREATOR)).getFirst().id();
    domain.write(
        tx -> {
          var end = tx.now().plus(Duration.ofDays(1));
          var terms = new InvitationTerms(CREATOR, "supporter", tier, 1, end);
          return domain.features.invitations.create(tx, new UserId(10), terms);
        });

    ImportReport report = importAll();

    List<Invitation> open =
        domain.read(tx -> domain.features.invitations.list(tx, CREATOR, CREATOR));
    assertThat(open).isEmpty();
    assertThat(request(2).status()).isEqualTo(Status.PENDING);
    assertThat(report.countOf(ImportFinding.GONE_THERE)).isEqualTo(2);
    assertThat(report.countOf(ImportFinding.REMOVED_FROM_TEAM)).isEqualTo(1);
    assertThat(team()).extracting("active").containsExactly(false);
  }

  @Test
  void aNewNameIsFoundByTheSearch() {
    while (domain.write(domain.features.requestedBooks::indexOlder)) {
      // the next step
    }
    assertThat(requestsWithWord("name")).containsExactlyInAnyOrder(1L, 2L);
    legacy.run("UPDATE users SET username = 'Octavia' WHERE id = 101");
    importAll();
    domain.passes(Duration.ofMinutes(1));
    while (domain.write(domain.features.renamed::indexBatch)) {
      // the next step
    }

    assertThat(requestsWithWord("octavia")).containsExactlyInAnyOrder(1L, 2L);
    assertThat(requestsWithWord("name")).isEmpty();
  }

  private Set<Long> requestsWithWord(String word) {
    return domain.read(
        tx ->
            tx.query("SELECT request_id FROM request_word WHERE word = ?", word)
                .set(row -> row.getLong("request_id")));
  }

  /** The replaced system goes on giving ids, so those of Bookbell stay far above them. */
  @Test
  void theGapToTheIdsThereOutlivesARestore() throws IOException {
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();

    for (TestDatabase other : TestDatabase.values()) {
      try (var back = new Domain(other, Files.createDirectory(folder.resolve(other.name())))) {
        BackupRestorer.restoreBackup(back.database(), file, false).join();

        assertThat(back.ask(READER, CREATOR, "Asked for here").id())
            .isGreaterThan(2 + LegacyImport.RESERVED_IDS);
        assertThat(back.account("new").value()).isGreaterThan(102 + LegacyImport.RESERVED_IDS);
        assertThat(back.breaches()).isEmpty();
      }
    }
  }

  @Test
  void whoeverMovesToATierWithAPeriodHasThatPeriod() {
    domain.ask(READER, CREATOR, "Asked for here");
    domain.write(
        tx ->
            domain.features.tiers.create(
                tx, CREATOR, CREATOR, new TierTerms("Platinum", 9, Period.MONTH)));
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Platinum", 9, 2)
            + "' WHERE id = 101");
    importAll();

    while (domain.write(domain.features.periodTurns::renewBatch)) {
      // the next step
    }

    assertThat(
            domain.<String>read(
                tx ->
                    tx.query("SELECT period_key FROM membership WHERE user_id = ?", READER)
                        .single(row -> row.getString("period_key"))))
        .isEqualTo("2026-05");
  }

  @Test
  void aPasswordChangedHereIsKept() {
    domain.write(tx -> tx.update("UPDATE app_user SET password_hash = 'new' WHERE id = ?", READER));
    legacy.run("UPDATE users SET username = 'Amara' WHERE id = 101");

    ImportReport report = importAll();

    assertThat(account(101))
        .extracting("displayName", "passwordHash")
        .containsExactly("Amara", "new");
    assertThat(report.countOf(RowKind.ACCOUNT, Outcome.CHANGED)).isEqualTo(1);
  }

  @Test
  void manyChangesOnBothSidesLeaveTheDataSound() throws SQLException {
    legacy.run("DELETE FROM users");
    legacy.run("DELETE FROM book_requests");
    legacy.run("DELETE FROM book_request_replies");
    legacy.fillDirty(200, 5_000, 17);
    importAll();
    for (int user = 110; user < 200; user += 7) {
      if (quota(user % 2 == 0 ? user : user + 1).remaining() > 0) {
        domain.ask(new UserId(user % 2 == 0 ? user : user + 1), CREATOR, "Here " + user);
      }
    }
    legacy.run("UPDATE book_requests SET status = 'completed', refunded = FALSE WHERE id % 11 = 0");
    legacy.run("UPDATE book_requests SET status = 'rejected', refunded = TRUE WHERE id % 13 = 0");
    legacy.run("DELETE FROM book_requests WHERE id % 101 = 0");

    importAll();
    assertThat(importAll().hasChanges()).isFalse();
  }

  @Test
  void whoRemovedTheirAccountHereStaysAway() {
    domain.write(
        tx ->
            tx.update(
                "UPDATE app_user SET email = 'removed 102', display_name = ?, name_key = ?,"
                    + " password_hash = '', removed_at = 1 WHERE id = 102",
                AccountStore.REMOVED_NAME,
                SearchWords.searchKey(AccountStore.REMOVED_NAME)));
    domain.write(tx -> tx.update("UPDATE membership SET ended_at = 1 WHERE user_id = 102"));
    legacy.run("UPDATE users SET email = 'again@old.test', username = 'Again' WHERE id = 102");
    legacy.request(3, 1, 102, "PENDING");

    ImportReport report = importAll();

    assertThat(account(102).email()).isEqualTo("removed 102");
    assertThat(report.countOf(ImportFinding.REMOVED_HERE)).isEqualTo(2);
    assertThat(report.hasChanges()).isFalse();
    assertThat(count("book_request")).isEqualTo(2);
  }

  @Test
  void aHashThatASignInReplacedIsNoChangedPassword() {
    domain.write(
        tx -> {
          String before = domain.features.accounts.get(tx, READER).passwordHash();
          tx.update("UPDATE app_user SET password_hash = 'own' WHERE id = ?", READER);
          new ImportedPasswords().rememberReplaced(tx, READER, before, "own");
          return true;
        });
    assertThat(importAll().hasChanges()).isFalse();
    assertThat(account(101).passwordHash()).isEqualTo("own");
    legacy.run("UPDATE users SET is_active = FALSE WHERE id = 101");

    ImportReport report = importAll();

    assertThat(report.countOf(ImportFinding.CHANGED_ON_BOTH_SIDES)).isZero();
    assertThat(account(101).passwordHash()).isEmpty();
  }

  @Test
  void aPasswordThatFollowsEndsTheSessions() {
    domain.write(
        tx -> {
          new SessionStore((_, _) -> {})
              .createSession(tx, READER, new SessionClient("A browser", "192.0.2.1"));
          return true;
        });
    importAll();
    assertThat(count("session")).isEqualTo(1);
    legacy.run("UPDATE users SET is_active = FALSE WHERE id = 101");

    importAll();

    assertThat(account(101).passwordHash()).isEmpty();
    assertThat(count("session")).isZero();
  }

  @Test
  void aFallThatWaitsIsAppliedLater() {
    long here = domain.ask(READER, CREATOR, "Asked for here").id();
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Gold", 5, 1)
            + "' WHERE id = 101");
    assertThat(importAll().countOf(ImportFinding.COUNTER_LOWER_THERE)).isEqualTo(1);
    assertThat(quota(101).used()).isEqualTo(3);
    assertThat(importAll().hasChanges()).isFalse();
    legacy.run("UPDATE book_requests SET status = 'CANCELLED', refunded = TRUE WHERE id = 2");

    assertThat(importAll().countOf(ImportFinding.COUNTER_LOWER_THERE)).isZero();
    assertThat(quota(101).used()).isEqualTo(2);
    domain.answer(CREATOR, here, Status.REJECTED);
    assertThat(quota(101).used()).isEqualTo(1);
  }
}
