package io.bookbell.server.kofi;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.http.Problem;
import io.bookbell.server.json.Json;
import io.bookbell.server.membership.ExternalMember;
import io.bookbell.server.membership.ExternalTier;
import io.bookbell.server.membership.MemberState;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.GraphemeClusters;
import java.net.URLDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A payment as Ko-fi reports it: a form whose field {@code data} is JSON.
 *
 * @param token proves that Ko-fi has sent it
 * @param email of the person who paid, in the stored form; empty if it isn't an address
 * @param tier the name of the membership tier; empty for anything else, such as a donation
 */
record KofiPayment(String token, Optional<String> email, Optional<String> tier, Instant at) {
  private static final int MAX_TIER_LENGTH = 100;

  /** A payment of 31 January is followed by one of 28 February, and that by one of 31 March. */
  private static final int MAX_DAYS_LATE = 4;

  /**
   * Reads a payment.
   *
   * @throws Problem 400 if it isn't one
   */
  static KofiPayment parse(byte[] form) {
    try {
      JsonNode data = Json.readUntrusted(findData(new String(form, UTF_8)));
      boolean subscription = data.path("is_subscription_payment").asBoolean(false);
      Optional<String> tier =
          Optional.of(
                  GraphemeClusters.truncateText(data.path("tier_name").asText(""), MAX_TIER_LENGTH))
              .filter(name -> subscription && !name.isEmpty() && !name.equals("null"));
      return new KofiPayment(
          data.path("verification_token").asText(""),
          EmailAddress.of(data.path("email").asText("")),
          tier,
          OffsetDateTime.parse(data.path("timestamp").asText("")).toInstant());
    } catch (JsonProcessingException | DateTimeException | IllegalArgumentException e) {
      throw Problem.malformedRequest("The body must be a form with a field data of Ko-fi's JSON.");
    }
  }

  private static String findData(String form) {
    return Arrays.stream(form.split("&", -1))
        .filter(field -> field.startsWith("data="))
        .map(field -> URLDecoder.decode(field.substring("data=".length()), UTF_8))
        .findFirst()
        .orElse("");
  }

  /** The tier that was paid for. Ko-fi lists no tiers, so there is no order among them. */
  Optional<ExternalTier> paidTier() {
    return tier.map(name -> new ExternalTier(name, name, 0));
  }

  /**
   * Ko-fi says no id, so it is made of the address, which it doesn't contain: what stays of a
   * payment when somebody's account is removed must not name the person.
   */
  Optional<String> memberId() {
    return email.map(ExternalMember::idOf);
  }

  /**
   * The member after this payment, which pays until the next monthly one must have come. One that
   * is reported late or again changes nothing. Two at the same moment pay for what both name,
   * whichever is reported first.
   */
  Optional<ExternalMember> applyTo(Optional<ExternalMember> before) {
    Optional<String> id = memberId();
    if (id.isEmpty() || tier.isEmpty()) {
      return Optional.empty();
    }
    Instant end = at.atOffset(ZoneOffset.UTC).plusMonths(1).plusDays(MAX_DAYS_LATE).toInstant();
    var paid =
        new ExternalMember(
            id.get(), email, MemberState.ACTIVE, Set.of(tier.get()), Optional.of(end));
    ExternalMember after = before.map(paid::mergedWith).orElse(paid);
    boolean known =
        before
            .filter(member -> member.tiers().equals(after.tiers()))
            .filter(member -> member.paidUntil().equals(after.paidUntil()))
            .isPresent();
    return known ? Optional.empty() : Optional.of(after);
  }
}
