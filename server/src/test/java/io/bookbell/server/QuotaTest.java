package io.bookbell.server;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.quota.TierAnnouncer;
import io.bookbell.server.quota.Tiers;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Allowances: periods, tiers, grants, and the ledger that explains them. */
class QuotaTest extends DomainTest {
  private UserId creator;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
  }

  @AfterEach
  void theStoredDataAgree() {
    assertThat(domain.breaches()).isEmpty();
  }

  @Test
  void aMonthlyAllowanceBeginsAnewAndARefundReturnsToItsMonth() {
    UserId reader =
        domain.join(creator, domain.account("amara"), domain.tier(creator, 2, Period.MONTH));
    domain.setTime("2026-05-31T23:59:59Z");
    long first = domain.ask(reader, creator, "One").id();
    domain.ask(reader, creator, "Two");
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Three"))
        .hasMessageContaining("2026-06-01T00:00:00Z");

    domain.setTime("2026-06-01T00:00:00Z");
    assertThat(quota(reader).used()).isZero();
    assertThat(quota(reader).resetsAt()).isEqualTo(Instant.parse("2026-07-01T00:00:00Z"));
    domain.ask(reader, creator, "Four");

    domain.answer(creator, first, REJECTED);
    assertThat(quota(reader).used()).as("the refund belongs to May").isEqualTo(1);
    domain.ask(reader, creator, "Five");
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Six"));
    assertThat(entries(reader))
        .extracting(entry -> entry.kind() + " " + entry.period())
        .containsExactly(
            "consume 2026-06",
            "refund 2026-05",
            "consume 2026-06",
            "consume 2026-05",
            "consume 2026-05");
  }

  @Test
  void aLoweredTierLeavesNothingButNeverLessThanNothing() {
    UserId reader = domain.supporter(creator, "amara", 3);
    List<Long> requests =
        IntStream.range(0, 3)
            .mapToObj(number -> domain.ask(reader, creator, "Book " + number).id())
            .toList();

    long lower = domain.tier(creator, 1, Period.NONE);
    domain.write(tx -> domain.features.supporters.setTier(tx, creator, creator, reader, lower));

    assertThat(quota(reader))
        .extracting(Quota::allowed, Quota::used, Quota::remaining)
        .containsExactly(1, 3, 0);
    domain.answer(creator, requests.getFirst(), REJECTED);
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Still too many"));
    assertThat(domain.inboxTypes(reader)).contains("quota_update");
  }

  @Test
  void grantsRaiseAndLowerButNeverBelowNothing() {
    UserId reader = domain.supporter(creator, "amara", 1);
    domain.ask(reader, creator, "One");

    grant(reader, 2, "for a birthday");
    assertThat(quota(reader)).extracting(Quota::allowed, Quota::remaining).containsExactly(3, 2);
    grant(reader, -10, "a mistake");
    assertThat(quota(reader)).extracting(Quota::allowed, Quota::remaining).containsExactly(0, 0);
    assertThat(entries(reader).getFirst())
        .extracting(
            LedgerEntry::kind, LedgerEntry::amount, LedgerEntry::reason, LedgerEntry::actorName)
        .containsExactly("grant", -10, "a mistake", "mara");
    assertThat(entries(reader).getLast())
        .extracting(LedgerEntry::kind, LedgerEntry::title)
        .containsExactly("consume", "One");
  }

  @Test
  void aTierForManyChangesAtOnceAndTellsThemInSteps() {
    long tier = domain.tier(creator, 2, Period.NONE);
    List<UserId> readers =
        IntStream.range(0, 120)
            .mapToObj(number -> domain.join(creator, domain.account("reader" + number), tier))
            .toList();
    List<Long> heads = readers.stream().map(domain::head).toList();

    var wider = new Tiers.Changes(Optional.empty(), Optional.of(9), Optional.empty());
    domain.write(tx -> domain.features.tiers.change(tx, creator, tier, wider));
    assertThat(quota(readers.getFirst()).allowed()).isEqualTo(9);
    assertThat(domain.head(readers.getFirst())).isEqualTo(heads.getFirst());

    // As after a restart: what is still to be told is stored.
    Domain later = domain.node();
    new TierAnnouncer(domain.database(), later.features.creators, later.features.inbox).wake();

    await()
        .untilAsserted(
            () ->
                assertThat(readers.stream().map(domain::head))
                    .containsExactlyElementsOf(heads.stream().map(head -> head + 1).toList()));
    assertThat(domain.inboxTypes(readers.getLast())).last().isEqualTo("quota_update");
  }

  @Test
  void anApprovedRequestStaysConsumed() {
    UserId reader = domain.supporter(creator, "amara", 1);
    long request = domain.ask(reader, creator, "One").id();

    domain.answer(creator, request, APPROVED);

    refused("quota_exhausted", () -> domain.ask(reader, creator, "Two"));
    domain.answer(creator, request, REJECTED);
    domain.ask(reader, creator, "Two");
  }

  private Quota quota(UserId user) {
    return domain.read(tx -> domain.features.quotas.find(tx, creator, user).orElseThrow());
  }

  private List<LedgerEntry> entries(UserId user) {
    return domain.read(tx -> domain.features.quotas.entries(tx, creator, user));
  }

  private void grant(UserId user, int amount, String reason) {
    domain.write(
        tx -> domain.features.supporters.grant(tx, creator, creator, user, amount, reason));
  }
}
