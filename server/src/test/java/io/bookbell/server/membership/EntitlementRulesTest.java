package io.bookbell.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.membership.EntitlementRules.Entitlement;
import io.bookbell.server.membership.EntitlementRules.MappedTier;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which tier a member gets, whatever the service says of payments. */
class EntitlementRulesTest {
  private static final Instant NOW = Instant.parse("2026-05-20T12:00:00Z");
  private static final Duration GRACE = Duration.ofDays(7);
  private static final long SILVER = 1;
  private static final long GOLD = 2;

  private final EntitlementRules rules =
      new EntitlementRules(
          Map.of(
              "silver", new MappedTier("silver", 300, SILVER),
              "gold", new MappedTier("gold", 900, GOLD)),
          GRACE);

  private static final Entitlement HAS_GOLD = new Entitlement(GOLD, null, null);

  @Test
  void theEntitledTierDecidesWhateverTheState() {
    for (MemberState state : MemberState.values()) {
      assertThat(decide(state, HAS_GOLD, NOW, "silver").tier()).as("%s", state).isEqualTo(SILVER);
    }
  }

  @Test
  void theHighestOfSeveralTiersCountsAndUnmappedOnesDoNot() {
    assertThat(decide(MemberState.ACTIVE, Entitlement.NONE, NOW, "silver", "gold", "free").tier())
        .isEqualTo(GOLD);
    assertThat(decide(MemberState.ACTIVE, Entitlement.NONE, NOW, "free").tier()).isNull();
  }

  @Test
  void aDeclinedPaymentKeepsTheTierForTheGracePeriodCountedFromItsStart() {
    Entitlement declined = decide(MemberState.DECLINED, HAS_GOLD, NOW);
    assertThat(declined).isEqualTo(new Entitlement(GOLD, NOW.plus(GRACE), NOW.plus(GRACE)));

    Entitlement later = decide(MemberState.DECLINED, declined, NOW.plus(Duration.ofDays(6)));
    assertThat(later).as("seen again, not prolonged").isEqualTo(declined);
    assertThat(decide(MemberState.FORMER, later, NOW.plus(Duration.ofDays(6))).tier())
        .as("given up by the service meanwhile")
        .isEqualTo(GOLD);

    Entitlement over = decide(MemberState.DECLINED, later, NOW.plus(GRACE));
    assertThat(over).isEqualTo(new Entitlement(null, NOW.plus(GRACE), null));
    assertThat(decide(MemberState.DECLINED, over, NOW.plus(Duration.ofDays(8))).tier()).isNull();
    assertThat(decide(MemberState.ACTIVE, over, NOW.plus(Duration.ofDays(9)), "gold"))
        .as("paid after all")
        .isEqualTo(HAS_GOLD);
  }

  @Test
  void whoHasLeftKeepsTheTierUntilTheServiceSaysOtherwise() {
    assertThat(decide(MemberState.FORMER, HAS_GOLD, NOW, "gold").tier()).isEqualTo(GOLD);
    assertThat(decide(MemberState.FORMER, HAS_GOLD, NOW).tier()).isNull();
    assertThat(decide(MemberState.FREE, HAS_GOLD, NOW).tier()).as("a gift that is over").isNull();
  }

  @Test
  void whoIsNotListedOrHasAnUnmappedTierKeepsTheTierForTheGracePeriod() {
    assertThat(decide(MemberState.GONE, HAS_GOLD, NOW).tier()).isEqualTo(GOLD);
    assertThat(decide(MemberState.ACTIVE, HAS_GOLD, NOW, "brand new").tier()).isEqualTo(GOLD);
    assertThat(decide(MemberState.GONE, Entitlement.NONE, NOW)).isEqualTo(Entitlement.NONE);
  }

  @Test
  void whatIsPaidForATimeEndsWithThatTimeAndTheGracePeriod() {
    Instant end = NOW.plus(Duration.ofDays(31));
    Entitlement paid = rules.decide(paidUntil(end), Entitlement.NONE, NOW);
    assertThat(paid).isEqualTo(new Entitlement(GOLD, null, end));

    Entitlement late = rules.decide(paidUntil(end), paid, end.plus(Duration.ofDays(2)));
    assertThat(late).isEqualTo(new Entitlement(GOLD, end.plus(GRACE), end.plus(GRACE)));
    assertThat(rules.decide(paidUntil(end), late, end.plus(GRACE)).tier()).isNull();
  }

  @Test
  void withoutGraceATierEndsAtOnce() {
    var strict = new EntitlementRules(rules.mapping(), Duration.ZERO);
    assertThat(strict.decide(member(MemberState.DECLINED), HAS_GOLD, NOW).tier()).isNull();
  }

  private Entitlement decide(MemberState state, Entitlement before, Instant now, String... tiers) {
    return rules.decide(member(state, tiers), before, now);
  }

  private static ExternalMember member(MemberState state, String... tiers) {
    return new ExternalMember("1", Optional.empty(), state, Set.of(tiers), Optional.empty());
  }

  private static ExternalMember paidUntil(Instant end) {
    return new ExternalMember(
        "1", Optional.empty(), MemberState.ACTIVE, Set.of("gold"), Optional.of(end));
  }
}
