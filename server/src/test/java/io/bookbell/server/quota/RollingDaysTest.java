package io.bookbell.server.quota;

import static io.bookbell.server.request.Status.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.quota.TierService.TierTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the next of what counts drops out of 30 rolling days after a request was given back. */
class RollingDaysTest extends DomainTest {
  private static final int DAYS = 30;

  private UserId creator;
  private UserId reader;
  private Instant begin;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    var terms = new TierTerms("Rolling", 9, Period.ROLLING, DAYS, null, false);
    long tier = domain.write(tx -> domain.features.tiers.create(tx, creator, creator, terms).id());
    reader = domain.join(creator, domain.account("amara"), tier);
    begin = domain.now();
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void importedRequestsDropOutInTime() {
    addImported(2);
    rejectTheFirstOfTwo();

    assertThat(quota().resetsAt()).isEqualTo(dayAfter(DAYS));
    assertThat(usedOnDay(DAYS)).isEqualTo(1);
    assertThat(usedOnDay(20 + DAYS)).isZero();
    assertThat(quota().resetsAt()).isNull();
  }

  @Test
  void whatIsLeftOfAGrantDropsOutInTime() {
    grant(3);
    domain.passes(Duration.ofHours(1));
    grant(-2);
    domain.passes(Duration.ofHours(-1));
    rejectTheFirstOfTwo();

    assertThat(quota().allowed()).isEqualTo(10);
    assertThat(quota().resetsAt()).isEqualTo(dayAfter(DAYS));
    domain.setTime(dayAfter(DAYS).toString());
    assertThat(quota().allowed()).isEqualTo(9);
  }

  @Test
  void grantsThatCancelEachOtherOutDropOutTogether() {
    grant(2);
    domain.passes(Duration.ofHours(1));
    grant(-2);
    domain.passes(Duration.ofHours(-1));
    rejectTheFirstOfTwo();

    assertThat(quota().resetsAt()).as("when the request does").isEqualTo(dayAfter(20 + DAYS));
    domain.setTime(dayAfter(DAYS).toString());
    assertThat(quota().allowed()).isEqualTo(9);
  }

  @Test
  void withoutOtherLinesTheNextRequestDropsOut() {
    rejectTheFirstOfTwo();

    assertThat(quota().resetsAt()).isEqualTo(dayAfter(20 + DAYS));
  }

  private void rejectTheFirstOfTwo() {
    domain.passes(Duration.ofDays(1));
    long first = domain.ask(reader, creator, "One").id();
    domain.passes(Duration.ofDays(19));
    domain.ask(reader, creator, "Two");
    domain.passes(Duration.ofDays(1));
    domain.answer(creator, first, REJECTED);
  }

  private void addImported(int amount) {
    var imported = new ImportedQuotaStore();
    domain.write(
        tx -> {
          var membership = imported.findMemberships(tx, creator, List.of(reader)).get(reader);
          imported.addImported(tx, membership, amount);
          return true;
        });
  }

  private void grant(int amount) {
    domain.write(
        tx -> domain.features.supporters.grantRequests(tx, creator, creator, reader, amount, "Hi"));
  }

  private Instant dayAfter(int days) {
    return begin.plus(Duration.ofDays(days));
  }

  private int usedOnDay(int day) {
    domain.setTime(dayAfter(day).toString());
    return quota().used();
  }

  private Quota quota() {
    return domain.read(tx -> domain.features.quotas.findQuota(tx, creator, reader)).orElseThrow();
  }
}
