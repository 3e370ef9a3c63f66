package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.Status;
import io.bookbell.server.support.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way back. */
class LegacyExportTest extends TransferTest {
  private static final UserId READER = new UserId(101);
  private static final String REQUESTS =
      "SELECT id, status, response, responded_by, refunded FROM book_requests ORDER BY id";
  private static final String COUNTERS =
      "SELECT id, patreon_tier_data ->> 'title', patreon_tier_data ->> 'book_requests_allowed',"
          + " patreon_tier_data ->> 'book_requests_used', patreon_tier_data ->> 'period_start'"
          + " FROM users WHERE lower(role) = 'patreon' ORDER BY id";

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  private void fill() {
    legacy.creator(1);
    legacy.supporter(101, 1, 5, 2);
    legacy.supporter(102, 1, 5, 1);
    legacy.request(1, 1, 101, "PENDING");
    legacy.request(2, 1, 101, "PENDING");
    legacy.request(3, 1, 102, "PENDING");
    importAll();
  }

  @Test
  void whatChangedHereIsThereAndTheNextImportAgrees() {
    fill();
    domain.answer(CREATOR, 1, Status.APPROVED);
    domain.answer(CREATOR, 2, Status.REJECTED);
    long asked = domain.ask(READER, CREATOR, "New book").id();
    domain.write(tx -> domain.features.requests.addReply(tx, READER, asked, "Please"));
    UserId joined = domain.supporter(CREATOR, "zoe", 7);
    domain.ask(joined, CREATOR, "Zoe's book");

    exportAll();

    assertThat(legacy.rows(REQUESTS).stream().map(row -> row.toLowerCase(Locale.ROOT)))
        .map(row -> row.replace("|t", "|1").replace("|f", "|0"))
        .startsWith("1|approved|a word|1|0", "2|rejected|a word|1|1", "3|pending|null|null|0")
        .hasSize(5);
    assertThat(legacy.rows("SELECT title, author, status FROM book_requests WHERE id = " + asked))
        .containsExactly("New book|Somebody|PENDING");
    assertThat(legacy.rows("SELECT request_id, user_id, body FROM book_request_replies"))
        .containsExactly(asked + "|101|Please");
    assertThat(legacy.rows(COUNTERS))
        .containsExactly(
            "101|Gold|5|2|2025-11-01T00:00:00",
            "102|Gold|5|1|2025-11-01T00:00:00",
            joined + "|Tier of 7 NONE|7|1|null");

    ImportReport again = importAll();
    assertThat(again.hasChanges()).isFalse();
    assertThat(again.countOf(ImportFinding.CHANGED_ON_BOTH_SIDES)).isZero();
    assertThat(exportAll().hasChanges()).isFalse();
  }

  @Test
  void whatChangedThereSinceIsNotOverwritten() {
    fill();
    domain.answer(CREATOR, 1, Status.APPROVED);
    domain.answer(CREATOR, 3, Status.REJECTED);
    legacy.run("UPDATE book_requests SET status = 'CANCELLED', refunded = TRUE WHERE id = 1");
    legacy.run(
        "UPDATE users SET patreon_tier_data = '"
            + LegacyTables.tier("Gold", 5, 4)
            + "' WHERE id = 102");

    ImportReport report = exportAll();

    assertThat(legacy.rows("SELECT status FROM book_requests WHERE id = 1"))
        .containsExactly("CANCELLED");
    assertThat(legacy.rows(COUNTERS)).contains("102|Gold|5|4|2025-11-01T00:00:00");
    assertThat(legacy.rows("SELECT status FROM book_requests WHERE id = 3"))
        .containsExactly("REJECTED");
    assertThat(report.countOf(ImportFinding.CHANGED_ON_BOTH_SIDES)).isEqualTo(2);
  }

  @Test
  void grantsAndTiersReachTheOtherAllowance() {
    fill();
    domain.write(
        tx -> domain.features.supporters.grantRequests(tx, CREATOR, CREATOR, READER, 2, "thanks"));

    exportAll();

    assertThat(legacy.rows(COUNTERS)).contains("101|Gold|7|2|2025-11-01T00:00:00");
    assertThat(importAll().hasChanges()).isFalse();
    assertThat(quota(101).allowed()).isEqualTo(7);
  }

  @Test
  void whoeverHasAnotherRoleThereIsReported() {
    fill();
    domain.write(
        tx ->
            domain.features.team.addMember(
                tx, CREATOR, domain.features.creators.lockCreator(tx, CREATOR), READER));

    assertThat(exportAll().countOf(ImportFinding.OTHER_ROLE)).isEqualTo(1);
    assertThat(legacy.rows("SELECT role FROM users WHERE id = 101")).containsExactly("patreon");
  }

  /** Or what it takes from a shared counter could be overwritten. */
  @Test
  void aCommandWaitsForAnExport() {
    assumeThat(kind).isEqualTo(TestDatabase.POSTGRESQL);
    fill();
    var refused = new ArrayList<Throwable>();
    try (LegacyDatabase target = LegacyDatabase.open(legacy.address(), "", false)) {
      LegacyExport.exportData(
          domain.database(),
          target,
          new ImportReport(null),
          new ImportProgress() {
            @Override
            public void begin(String step, long rows) {
              refused.add(
                  catchThrowable(
                      () ->
                          domain.write(
                              tx ->
                                  tx.query("SELECT id FROM creator FOR NO KEY UPDATE NOWAIT")
                                      .exists())));
            }

            @Override
            public void advance(long rows) {}

            @Override
            public void end() {}
          },
          false);
    }
    assertThat(refused)
        .hasSize(3)
        .allSatisfy(failure -> assertThat(failure).hasMessageContaining("could not obtain lock"));
  }

  /** On SQLite, the replaced system's next ids follow whatever is in its tables. */
  @Test
  void idsThatWereExportedAreNotTakenForIdsOfTheOtherSystem() {
    fill();
    importAll();
    long first = domain.ask(new UserId(101), CREATOR, "Asked for here").id();
    long account = domain.account("first").value();
    for (int round = 0; round < 2; round++) {
      exportAll();
      importAll();
    }
    legacy.run("UPDATE users SET username = 'Amara' WHERE id = 101");
    importAll();

    long next = domain.ask(new UserId(101), CREATOR, "Another").id();
    if (kind == TestDatabase.SQLITE) { // the other is PostgreSQL
      assertThat(next).isBetween(first, first + 1000);
      assertThat(domain.account("next").value()).isBetween(account, account + 1000);
    } else {
      assertThat(next).isGreaterThan(first + LegacyImport.RESERVED_IDS - 1);
    }
  }

  @Test
  void anExportRightAfterAnImportChangesNothing() throws SQLException {
    legacy.fillDirty(150, 3_000, 5);
    importAll();
    var before = legacy.rows("SELECT * FROM book_requests ORDER BY id");
    var people = legacy.rows("SELECT * FROM users ORDER BY id");

    exportAll();

    assertThat(legacy.rows("SELECT * FROM book_requests ORDER BY id")).isEqualTo(before);
    assertThat(legacy.rows("SELECT * FROM users ORDER BY id")).isEqualTo(people);
  }

  @Test
  void withoutAnImportThereIsNothingToExport() {
    assertThatThrownBy(this::exportAll)
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("Nothing was imported yet");
  }

  @Test
  void whatIsGoneThereGetsNothingNew() {
    fill();
    long asked = domain.ask(READER, CREATOR, "New book").id();
    domain.write(tx -> domain.features.requests.addReply(tx, READER, 1, "Please"));
    domain.write(tx -> domain.features.requests.addReply(tx, CREATOR, 3, "Soon"));
    legacy.run("DELETE FROM book_requests WHERE id = 3");
    legacy.run("DELETE FROM users WHERE id = 101");

    ImportReport report = exportAll();

    assertThat(report.countOf(ImportFinding.NOT_EXPORTED)).isEqualTo(3);
    assertThat(legacy.rows("SELECT id FROM book_requests WHERE id = " + asked)).isEmpty();
    assertThat(legacy.rows("SELECT id FROM book_request_replies")).isEmpty();
  }

  @Test
  void anUnknownResponderAndAnUnchangedResponseAreNotWritten() {
    fill();
    legacy.run("UPDATE book_requests SET response = '  Later ' WHERE id = 1");
    importAll();
    UserId helper = domain.teamMember(CREATOR, "helper");
    domain.write(tx -> tx.update("UPDATE book_request SET responded_by = ? WHERE id = 1", helper));
    legacy.user(helper.value(), "other@old.test", "patreon", "1", null);

    ImportReport report = exportAll();

    assertThat(report.countOf(ImportFinding.UNKNOWN_RESPONDER)).isEqualTo(1);
    assertThat(legacy.rows("SELECT response, responded_by FROM book_requests WHERE id = 1"))
        .containsExactly("  Later |null");
  }

  @Test
  void whatAnInterruptedExportWroteIsRemembered() {
    fill();
    domain.ask(READER, CREATOR, "New book");
    exportAll();
    domain.write(tx -> tx.update("DELETE FROM imported_row WHERE kind = 'request' AND id > 3"));

    ImportReport report = exportAll();

    assertThat(report.countOf(ImportFinding.ID_TAKEN)).isZero();
    assertThat(importAll().countOf(ImportFinding.ID_TAKEN)).isZero();
  }
}
