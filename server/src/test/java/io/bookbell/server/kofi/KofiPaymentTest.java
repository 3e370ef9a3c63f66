package io.bookbell.server.kofi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.json.Json;
import io.bookbell.server.membership.ExternalMember;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The order in which payments are reported doesn't matter. */
class KofiPaymentTest {
  private static final String NOON = "2026-11-02T12:00:00Z";

  @Test
  void theLatestPaymentDecidesInAnyOrderAndTwoAtOncePayForBoth() {
    KofiPayment older = payment("Bronze", "2026-11-01T12:00:00Z");
    KofiPayment silver = payment("Silver", NOON);
    KofiPayment gold = payment("Gold", NOON);
    for (List<KofiPayment> order :
        List.of(
            List.of(older, silver, gold),
            List.of(gold, older, silver, gold),
            List.of(silver, gold, older, silver))) {
      ExternalMember member = applyAll(order);
      assertThat(member.tiers()).isEqualTo(Set.of("Silver", "Gold"));
      assertThat(member.paidUntil()).contains(Instant.parse("2026-12-06T12:00:00Z"));
      for (KofiPayment again : order) {
        assertThat(again.applyTo(Optional.of(member))).isEmpty();
      }
    }
  }

  @Test
  void whoPaysEachMonthHasPaidUntilTheNextPaymentWhateverTheLengthOfTheMonth() {
    List<String> payments =
        List.of(
            "2027-01-31T12:00:00Z",
            "2027-02-28T12:00:00Z",
            "2027-03-31T12:00:00Z",
            "2027-04-30T12:00:00Z",
            "2027-05-31T12:00:00Z");
    for (int index = 1; index < payments.size(); index++) {
      Instant end =
          applyAll(List.of(payment("Gold", payments.get(index - 1)))).paidUntil().orElseThrow();
      assertThat(end).isAfter(Instant.parse(payments.get(index)));
    }
  }

  /** What is stored of a payment for longer than the address is. */
  @Test
  void theIdOfAMemberDoesNotSayTheAddressAndFitsInItsColumn() {
    String label = "reader".repeat(10);
    String longest = label + "@" + (label + ".").repeat(3) + "example";
    ExternalMember member = applyAll(List.of(payment(longest, "Gold", NOON)));

    assertThat(longest).hasSizeGreaterThan(200);
    assertThat(member.email()).contains(longest);
    assertThat(member.id()).hasSizeLessThanOrEqualTo(200).doesNotContain("reader");
  }

  @Test
  void aLongNameOfATierIsCutBetweenTheCharactersThatPeopleSee() {
    assertThat(payment("👩‍👩‍👧".repeat(101), NOON).tier()).contains("👩‍👩‍👧".repeat(100));
  }

  private static ExternalMember applyAll(List<KofiPayment> payments) {
    Optional<ExternalMember> member = Optional.empty();
    for (KofiPayment payment : payments) {
      Optional<ExternalMember> before = member;
      member = payment.applyTo(before).or(() -> before);
    }
    return member.orElseThrow();
  }

  private static KofiPayment payment(String tier, String at) {
    return payment("reader@test.example", tier, at);
  }

  private static KofiPayment payment(String email, String tier, String at) {
    String data =
        Json.writeAsString(
            Map.of(
                "verification_token",
                "token",
                "email",
                email,
                "is_subscription_payment",
                true,
                "tier_name",
                tier,
                "timestamp",
                at));
    return KofiPayment.parse(("data=" + URLEncoder.encode(data, UTF_8)).getBytes(UTF_8));
  }
}
