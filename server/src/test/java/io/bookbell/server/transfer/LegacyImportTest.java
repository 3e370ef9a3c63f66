package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.Status;
import io.bookbell.server.transfer.ImportReport.Outcome;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The first import: what is taken over, and what dirt becomes. */
class LegacyImportTest extends TransferTest {
  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void idsTextsAndTimesAreKept() {
    legacy.creator(1);
    legacy.user(10, "team@old.test", "team", "1", null);
    legacy.supporter(101, 1, 3, 1);
    legacy.request(5, 1, 101, "pending");
    legacy.request(7, 1, 101, "COMPLETED");
    legacy.run(
        "UPDATE book_requests SET response = 'Done', responded_by = 10, message = 'please',"
            + " link = 'https://a.test' WHERE id = 7");
    legacy.reply(3, 7, 101, "Thanks");

    importAll();

    BookRequest request = request(7);
    assertThat(request.title()).isEqualTo("Book 7");
    assertThat(request.note()).isEqualTo("please\nhttps://a.test");
    assertThat(request.status()).isEqualTo(Status.COMPLETED);
    assertThat(request.response()).isEqualTo("Done");
    assertThat(request.respondedBy()).isEqualTo(new UserId(10));
    assertThat(request.createdAt()).isEqualTo(Instant.parse("2025-10-01T12:00:00.123Z"));
    assertThat(request.replies())
        .extracting(reply -> reply.id() + " " + reply.userName() + " " + reply.body())
        .containsExactly("3 Name 101 Thanks");
    assertThat(request(5).status()).isEqualTo(Status.PENDING);
    assertThat(domain.pending(CREATOR)).isEqualTo(1);
    assertThat(team())
        .extracting(member -> member.userId().value() + " " + member.active())
        .containsExactly("10 true");
  }

  @Test
  void newIdsAreHigherThanThoseThatTheReplacedSystemMayStillAssign() {
    legacy.creator(1);
    legacy.supporter(101, 1, 3, 0);
    legacy.request(500, 1, 101, "approved");
    importAll();

    assertThat(domain.ask(new UserId(101), CREATOR, "New").id())
        .isGreaterThan(500 + LegacyImport.RESERVED_IDS);
    assertThat(domain.account("new").value()).isGreaterThan(101 + LegacyImport.RESERVED_IDS);
  }

  @Test
  void countersAreAsTheyWereWhateverTheRequestsSay() {
    legacy.creator(1);
    legacy.supporter(101, 1, 3, 1); // the newest of three counts
    legacy.supporter(102, 1, 3, 5); // more than allowed, and than there are requests
    legacy.supporter(103, 1, 2, 0); // reset since
    for (int index = 0; index < 3; index++) {
      legacy.request(10 + index, 1, 101, index == 0 ? "COMPLETED" : "PENDING");
      legacy.request(20 + index, 1, 102, index == 0 ? "REJECTED" : "PENDING");
      legacy.request(30 + index, 1, 103, "PENDING");
    }

    ImportReport report = importAll();

    assertThat(List.of(quota(101), quota(102), quota(103)))
        .extracting(Quota::used)
        .containsExactly(1, 5, 0);
    assertThat(List.of(quota(101), quota(102), quota(103)))
        .extracting(Quota::allowed)
        .containsExactly(3, 3, 2);
    assertThat(report.countOf(ImportFinding.USED_WITHOUT_REQUEST)).isEqualTo(1);
    assertThat(entries(102))
        .filteredOn(entry -> entry.kind().equals("import"))
        .extracting(LedgerEntry::amount)
        .containsExactly(3);

    domain.answer(CREATOR, 12, Status.REJECTED);
    assertThat(quota(101).used()).as("the one that counted is given back").isZero();
    domain.answer(CREATOR, 11, Status.REJECTED);
    assertThat(quota(101).used()).as("this one did not count any more").isZero();
  }

  private List<LedgerEntry> entries(long user) {
    return domain.read(tx -> domain.features.quotas.findEntries(tx, CREATOR, new UserId(user)));
  }

  @Test
  void whatWasUsedFollowsToATierWithAPeriodAndBack() {
    legacy.creator(1);
    legacy.supporter(102, 1, 3, 2);
    importAll();
    long monthly = domain.tier(CREATOR, 3, Period.MONTH);
    long gold = tiers().getFirst().id();

    move(102, monthly);
    assertThat(quota(102).used()).isEqualTo(2);
    domain.ask(new UserId(102), CREATOR, "Third");
    move(102, gold);
    assertThat(quota(102).used()).isEqualTo(3);
  }

  /** The replaced system's counter was set to 0 this month. */
  @Test
  void whatNoLongerCountsThereDoesNotCountInAMonthEither() {
    legacy.creator(1);
    legacy.supporter(102, 1, 3, 1);
    for (int id = 1; id <= 3; id++) {
      legacy.request(id, 1, 102, "PENDING");
    }
    legacy.run("UPDATE book_requests SET created_at = '2026-05-12 12:00:00'");
    importAll();

    move(102, domain.tier(CREATOR, 3, Period.MONTH));

    assertThat(quota(102).used()).isEqualTo(1);
    assertThat(entries(102))
        .filteredOn(entry -> entry.kind().equals("consume"))
        .extracting(LedgerEntry::period)
        .containsOnly("none", "2026-04");
  }

  @Test
  void tiersTurnInTheTimeZoneOfTheCreator() {
    legacy.creator(1);
    importAll();
    domain.write(tx -> tx.update("UPDATE creator SET time_zone = 'Asia/Kolkata'"));
    legacy.supporter(101, 1, 3, 0);
    importAll();

    assertThat(
            domain.<List<String>>read(
                tx ->
                    tx.query("SELECT time_zone FROM tier").list(row -> row.getString("time_zone"))))
        .containsExactly("Asia/Kolkata");
  }

  private void move(long user, long tier) {
    domain.write(
        tx -> domain.features.supporters.setTier(tx, CREATOR, CREATOR, new UserId(user), tier));
  }

  @Test
  void tiersAreMadeFromTitlesAndAllowances() {
    legacy.creator(1);
    legacy.supporter(101, 1, 3, 0);
    legacy.supporter(102, 1, 5, 0);
    legacy.user(103, "c@old.test", "patreon", "1", LegacyTables.tier("GOLD", 3, 0));
    legacy.user(104, "d@old.test", "patreon", "1", null);

    importAll();

    assertThat(tiers())
        .extracting(tier -> tier.name() + ": " + tier.requestsAllowed())
        .containsExactly("Gold: 3", "Gold (5): 5", "No tier: 0");
    assertThat(quota(104).allowed()).isZero();
  }

  @Test
  void dirtIsCountedNamedAndStopsNothing() {
    legacy.creator(1);
    legacy.user(101, "Ann@Old.test", "patreon", "1", LegacyTables.tier("Gold", 3, 0));
    legacy.user(102, "ann@old.test", "PATREON", "1", LegacyTables.tier("Gold", 3, 0));
    legacy.user(103, "nonsense", "patreon", "55", null);
    legacy.user(104, "x@old.test", "team", "55", null);
    legacy.user(105, "y@old.test", "patreon", "1", "{\"book_requests_allowed\":-4}");
    legacy.request(1, 1, 101, "Approved");
    legacy.request(2, 1, 999, "PENDING");
    legacy.request(3, 99, 101, "PENDING");
    legacy.request(4, 1, 103, "odd");
    legacy.request(5, 1, 101, "REJECTED", false);
    legacy.run("UPDATE book_requests SET author = NULL, responded_by = 999 WHERE id = 1");
    legacy.run("UPDATE book_requests SET title = '" + "Very long ".repeat(60) + "' WHERE id = 4");
    legacy.reply(1, 2, 101, "lost");
    legacy.reply(2, 1, 999, "lost");
    legacy.reply(3, 1, 101, " ");

    ImportReport report = importAll();

    assertThat(
            List.of(
                report.countOf(ImportFinding.DUPLICATE_EMAIL),
                report.countOf(ImportFinding.INVALID_EMAIL),
                report.countOf(ImportFinding.ORPHANED_SUPPORTER),
                report.countOf(ImportFinding.ORPHANED_TEAM_MEMBER),
                report.countOf(ImportFinding.INVALID_COUNTER),
                report.countOf(ImportFinding.ORPHANED_REQUEST),
                report.countOf(ImportFinding.UNKNOWN_STATUS),
                report.countOf(ImportFinding.REFUND_DIFFERS),
                report.countOf(ImportFinding.MISSING_AUTHOR),
                report.countOf(ImportFinding.UNKNOWN_RESPONDER),
                report.countOf(ImportFinding.LONG_TITLE),
                report.countOf(ImportFinding.ORPHANED_REPLY),
                report.countOf(ImportFinding.EMPTY_REPLY),
                report.countOf(ImportFinding.REQUEST_WITHOUT_MEMBERSHIP),
                report.countOf(ImportFinding.TIME_WITHOUT_ZONE)))
        .containsExactly(1L, 1L, 1L, 1L, 1L, 2L, 1L, 1L, 1L, 1L, 1L, 2L, 1L, 1L, 6L);
    assertThat(report.summary())
        .anyMatch(line -> line.contains("user 102: ann@old.test is that of user 101"));
    assertThat(request(1).author()).isEqualTo("Unknown");
    assertThat(request(4).title()).hasSizeLessThanOrEqualTo(300).endsWith("…");
    assertThat(request(4).note()).startsWith("Very long").endsWith("Very long");
    assertThat(request(4).status()).isEqualTo(Status.PENDING);
    assertThat(account(102).email()).isEqualTo("user-102@import.invalid");
  }

  @Test
  void aDryRunReportsTheSameAndChangesNothing() throws SQLException {
    legacy.fillDirty(100, 1000, 3);

    List<String> dry = importAll(true).summary();

    assertThat(count("app_user")).isZero();
    assertThat(count("imported_row")).isZero();
    assertThat(importAll(false).summary()).isEqualTo(dry);
  }

  @Test
  void manyDirtyRequestsLeaveEveryCounterAsItWas() throws SQLException {
    int requests = Integer.getInteger("import.requests", 20_000);
    legacy.fillDirty(requests / 50, requests, 11);

    ImportReport report = importAll();

    assertThat(report.countOf(RowKind.REQUEST, Outcome.ADDED))
        .isEqualTo(requests - report.countOf(ImportFinding.ORPHANED_REQUEST));
    assertThat(countersHere())
        .isEqualTo(
            legacy.rows(
                """
                SELECT id, patreon_tier_data ->> 'book_requests_used',
                  patreon_tier_data ->> 'book_requests_allowed'
                FROM users
                WHERE patreon_tier_data IS NOT NULL AND created_by IN (1, 2) ORDER BY id\
                """));
    assertThat(count("search_backlog")).isEqualTo(1);
  }

  private List<String> countersHere() {
    return domain.read(
        tx ->
            tx.query(
                    """
                    SELECT m.user_id AS id, m.used AS used, t.requests_allowed AS allowed
                    FROM membership m JOIN tier t ON t.id = m.tier_id
                    WHERE t.name <> 'No tier' ORDER BY m.user_id\
                    """)
                .list(
                    row ->
                        "%d|%d|%d"
                            .formatted(
                                row.getLong("id"), row.getInt("used"), row.getInt("allowed"))));
  }
}
