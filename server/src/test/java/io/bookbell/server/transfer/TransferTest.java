package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.Account;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.team.TeamMember;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Base class of tests with a replaced system. Its database is of the other kind than Bookbell's
 * own, so that the two databases of both are tested.
 */
abstract class TransferTest extends DomainTest {
  static final UserId CREATOR = new UserId(1);

  LegacyTables legacy;

  @BeforeEach
  void openLegacy() {
    TestDatabase other =
        Arrays.stream(TestDatabase.values()).filter(each -> each != kind).findFirst().orElseThrow();
    legacy = LegacyTables.create(other, folder);
  }

  @AfterEach
  void closeLegacy() {
    legacy.close();
  }

  ImportReport importAll() {
    return importAll(false);
  }

  ImportReport importAll(boolean dryRun) {
    var report = new ImportReport(null);
    try (LegacyDatabase source = LegacyDatabase.open(legacy.address(), "", true)) {
      LegacyImport.importData(
          domain.database(),
          source,
          QueryMapping.ofDefault(source.isPostgres()),
          report,
          ImportProgress.NONE,
          dryRun);
    }
    domain.features.requests.clearCaches();
    return report;
  }

  ImportReport exportAll() {
    var report = new ImportReport(null);
    try (LegacyDatabase target = LegacyDatabase.open(legacy.address(), "", false)) {
      LegacyExport.exportData(domain.database(), target, report, ImportProgress.NONE, false);
    }
    return report;
  }

  BookRequest request(long id) {
    return domain.read(tx -> domain.features.requests.get(tx, CREATOR, id));
  }

  Quota quota(long user) {
    return domain.read(
        tx -> domain.features.quotas.findQuota(tx, CREATOR, new UserId(user)).orElseThrow());
  }

  long count(String table) {
    return domain.read(
        tx ->
            tx.query("SELECT count(*) AS amount FROM " + table)
                .single(row -> row.getLong("amount")));
  }

  List<TeamMember> team() {
    return domain.read(tx -> domain.features.team.listMembers(tx, CREATOR, CREATOR));
  }

  List<Tier> tiers() {
    return domain.read(tx -> domain.features.tiers.list(tx, CREATOR, CREATOR));
  }

  Account account(long user) {
    return domain.read(tx -> domain.features.accounts.get(tx, new UserId(user)));
  }
}
