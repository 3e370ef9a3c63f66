package io.bookbell.server.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which tier a member gets. The tiers that the service says the member is entitled to
 * decide, never an amount or a state: so gifts, annual payments and free trials need no rule, and
 * somebody who has left keeps the tier for as long as they have paid. Immutable.
 *
 * @param mapping the mapped tiers, by the service's id
 * @param grace how long a lost tier is kept if it may come back
 */
record EntitlementRules(Map<String, MappedTier> mapping, Duration grace) {
  /** A tier of the service that stands for a tier here. */
  record MappedTier(String externalId, long rank, long tierId) {}

  /**
   * What a member gets.
   *
   * @param tier null for none
   * @param graceUntil the end of the grace period since the tier was lost, also when it is over
   * @param recheckAt when it changes by itself
   */
  record Entitlement(
      @Nullable Long tier, @Nullable Instant graceUntil, @Nullable Instant recheckAt) {
    static final Entitlement NONE = new Entitlement(null, null, null);
  }

  /**
   * @param before what the member got until now
   */
  Entitlement decide(ExternalMember member, Entitlement before, Instant now) {
    Instant end = member.paidUntil().orElse(null);
    boolean paid = end == null || end.isAfter(now);
    Optional<MappedTier> entitled = paid ? findHighest(member) : Optional.empty();
    return entitled
        .map(tier -> new Entitlement(tier.tierId, null, end))
        .orElseGet(() -> decideLost(member, before, now));
  }

  private Entitlement decideLost(ExternalMember member, Entitlement before, Instant now) {
    Instant graceEnd = before.graceUntil;
    if (before.tier == null || (graceEnd == null && !member.state().startsGrace())) {
      return new Entitlement(null, graceEnd, null);
    }
    if (graceEnd == null) {
      graceEnd = member.paidUntil().filter(end -> end.isBefore(now)).orElse(now).plus(grace);
    }
    return graceEnd.isAfter(now)
        ? new Entitlement(before.tier, graceEnd, graceEnd)
        : new Entitlement(null, graceEnd, null);
  }

  private Optional<MappedTier> findHighest(ExternalMember member) {
    return member.tiers().stream()
        .flatMap(id -> Optional.ofNullable(mapping.get(id)).stream())
        .max(Comparator.comparingLong(MappedTier::rank).thenComparing(MappedTier::externalId));
  }
}
