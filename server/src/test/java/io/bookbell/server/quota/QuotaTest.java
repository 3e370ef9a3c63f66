package io.bookbell.server.quota;

import static io.bookbell.server.request.Status.APPROVED;
import static io.bookbell.server.request.Status.REJECTED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.creator.ProfileService;
import io.bookbell.server.quota.Ledger.LedgerEntry;
import io.bookbell.server.request.Decision;
import io.bookbell.server.request.DecisionOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
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
        .hasMessage("All 2 requests are used. Your allowance resets on 1 June 2026, 00:00 UTC.");

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

    var wider = new TierService.TierChanges(Optional.empty(), Optional.of(9), Optional.empty());
    domain.write(tx -> domain.features.tiers.update(tx, creator, tier, wider));
    assertThat(quota(readers.getFirst()).allowed()).isEqualTo(9);
    assertThat(domain.head(readers.getFirst())).isEqualTo(heads.getFirst());

    // As after a restart: pending announcements are stored.
    Domain later = domain.node();
    new TierAnnouncer(
            domain.database(), later.features.creators, later.features.quotas, later.features.inbox)
        .triggerPass();

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

  @Test
  void whatIsUsedFollowsASupporterToAnotherPeriodAndBack() {
    long forGood = domain.tier(creator, 2, Period.NONE);
    long monthly = domain.tier(creator, 3, Period.MONTH);
    UserId reader = domain.join(creator, domain.account("amara"), forGood);
    long first = domain.ask(reader, creator, "One").id();
    domain.ask(reader, creator, "Two");

    move(reader, monthly);
    assertThat(quota(reader)).extracting(Quota::allowed, Quota::used).containsExactly(3, 2);
    long third = domain.ask(reader, creator, "Three").id();
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Four"));
    move(reader, forGood);
    assertThat(quota(reader)).extracting(Quota::used, Quota::remaining).containsExactly(3, 0);
    move(reader, monthly);
    assertThat(quota(reader).used()).isEqualTo(3);

    domain.answer(creator, first, REJECTED);
    assertThat(quota(reader).used()).as("a refund counts wherever the request did").isEqualTo(2);
    move(reader, forGood);
    domain.answer(creator, third, REJECTED);
    assertThat(quota(reader).used()).isEqualTo(1);
    assertThat(entries(reader))
        .extracting(entry -> entry.kind() + " " + entry.amount() + " " + entry.title())
        .startsWith("carry -1 Three", "refund 1 Three")
        .contains("carry 1 One", "carry 1 Two", "carry -1 One", "carry 1 Three");
  }

  @Test
  void aNewMonthForgetsWhatWasCarriedIntoTheLastOne() {
    long forGood = domain.tier(creator, 2, Period.NONE);
    long monthly = domain.tier(creator, 2, Period.MONTH);
    UserId reader = domain.join(creator, domain.account("amara"), forGood);
    domain.ask(reader, creator, "One");
    domain.ask(reader, creator, "Two");
    move(reader, monthly);
    refused("quota_exhausted", () -> domain.ask(reader, creator, "Three"));

    domain.setTime("2026-06-01T00:00:00Z");
    domain.ask(reader, creator, "Three");
    move(reader, forGood);
    assertThat(quota(reader)).extracting(Quota::used, Quota::remaining).containsExactly(3, 0);
  }

  @Test
  void aTierWithAnotherPeriodDoublesNobodysAllowance() {
    long tier = domain.tier(creator, 2, Period.NONE);
    UserId reader = domain.join(creator, domain.account("amara"), tier);
    domain.ask(reader, creator, "One");
    domain.ask(reader, creator, "Two");

    for (Period period : List.of(Period.MONTH, Period.NONE, Period.MONTH)) {
      var change =
          new TierService.TierChanges(Optional.empty(), Optional.empty(), Optional.of(period));
      domain.write(tx -> domain.features.tiers.update(tx, creator, tier, change));
      assertThat(quota(reader)).extracting(Quota::used, Quota::remaining).containsExactly(2, 0);
      refused("quota_exhausted", () -> domain.ask(reader, creator, "Three"));
    }
  }

  @Test
  void everyMonthlySupporterGetsTheNewQuotaWhenTheMonthEnds() {
    long monthly = domain.tier(creator, 2, Period.MONTH);
    List<UserId> readers =
        IntStream.range(0, 120)
            .mapToObj(number -> domain.join(creator, domain.account("reader" + number), monthly))
            .toList();
    UserId forGood = domain.supporter(creator, "amara", 2);
    domain.ask(readers.getFirst(), creator, "One");
    List<Long> heads = readers.stream().map(domain::head).toList();
    long headForGood = domain.head(forGood);
    turnMonth();
    assertThat(readers.stream().map(domain::head)).as("no month has turned yet").isEqualTo(heads);

    domain.setTime("2026-06-01T00:00:00Z");
    turnMonth();

    assertThat(readers.stream().map(domain::head))
        .containsExactlyElementsOf(heads.stream().map(head -> head + 1).toList());
    assertThat(domain.inboxTypes(readers.getFirst())).last().isEqualTo("quota_update");
    assertThat(domain.head(forGood)).isEqualTo(headForGood);
    assertThat(sentTo(creator)).last().asString().contains("quotas_reset");
    turnMonth();
    assertThat(domain.head(readers.getFirst())).isEqualTo(heads.getFirst() + 1);
  }

  @Test
  void aRefusalSaysTruthfullyWhyNothingIsLeft() {
    UserId nothing = domain.supporter(creator, "nil", 0);
    refused("quota_exhausted", () -> domain.ask(nothing, creator, "One"))
        .hasMessage("Your tier does not include requests.");

    UserId one = domain.supporter(creator, "one", 1);
    domain.ask(one, creator, "One");
    refused("quota_exhausted", () -> domain.ask(one, creator, "Two"))
        .hasMessage("Your only request is used.");
    grant(one, -1, "a mistake");
    refused("quota_exhausted", () -> domain.ask(one, creator, "Two"))
        .hasMessage("You have no requests right now: the team took them back.");

    UserId debtor = domain.supporter(creator, "debtor", 3);
    IntStream.range(0, 3).forEach(number -> domain.ask(debtor, creator, "Book " + number));
    move(debtor, domain.tier(creator, 2, Period.NONE));
    refused("quota_exhausted", () -> domain.ask(debtor, creator, "Four"))
        .hasMessage("You have used 3 requests, and your allowance is 2.");
  }

  @Test
  void aTeamMemberDecidesNothingAboutThemselvesUnlessTheCreatorAllowsIt() {
    UserId member = domain.teamMember(creator, "kofi");
    domain.join(creator, member, domain.tier(creator, 2, Period.NONE));
    long own = domain.ask(member, creator, "One").id();

    refused("own_request", () -> domain.answer(member, own, APPROVED));
    refused("own_request", () -> grant(member, member, 5));
    var refusal =
        domain.write(
            tx ->
                domain.features.requests.respondToAll(
                    tx,
                    member,
                    creator,
                    new TreeSet<>(List.of(own)),
                    new Decision(APPROVED, null)));
    assertThat(refusal).extracting(DecisionOutcome::code).containsExactly("own_request");
    assertThat(quota(member)).extracting(Quota::allowed, Quota::used).containsExactly(2, 1);

    allowSelfService();
    grant(member, member, 5);
    domain.answer(member, own, APPROVED);
    assertThat(quota(member).allowed()).isEqualTo(7);
  }

  private void allowSelfService() {
    var change =
        new ProfileService.ProfileChanges(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(true),
            Optional.empty());
    domain.write(tx -> domain.features.profile.update(tx, creator, creator, change));
  }

  private void turnMonth() {
    while (domain.write(domain.features.periodTurns::renewBatch)) {
      // run the next step
    }
  }

  private List<String> sentTo(UserId user) {
    return domain.sent.stream()
        .filter(delivery -> delivery.unnumbered().contains(user))
        .map(delivery -> new String(delivery.message().json(), UTF_8))
        .toList();
  }

  private void move(UserId user, long tier) {
    domain.write(tx -> domain.features.supporters.setTier(tx, creator, creator, user, tier));
  }

  private Quota quota(UserId user) {
    return domain.read(tx -> domain.features.quotas.findQuota(tx, creator, user).orElseThrow());
  }

  private List<LedgerEntry> entries(UserId user) {
    return domain.read(tx -> domain.features.quotas.findEntries(tx, creator, user));
  }

  private void grant(UserId admin, UserId user, int amount) {
    domain.write(
        tx -> domain.features.supporters.grantRequests(tx, admin, creator, user, amount, "a word"));
  }

  private void grant(UserId user, int amount, String reason) {
    domain.write(
        tx -> domain.features.supporters.grantRequests(tx, creator, creator, user, amount, reason));
  }
}
