package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A supporter's membership as of one moment. {@code used} and {@code granted} are those of the
 * period that contains that moment.
 *
 * @param zone the creator's time zone
 * @param ownAllowed the supporter's own allowance, in place of the tier's; null for none
 * @param turnsAt when {@code used} or {@code granted} changes by itself; null for never
 */
record Membership(
    UserId creator,
    UserId user,
    Tier tier,
    ZoneId zone,
    @Nullable Integer ownAllowed,
    Instant at,
    int used,
    int granted,
    @Nullable Instant turnsAt) {

  /** The number of requests in the period; null for any number. */
  @Nullable Integer requestsAllowed() {
    Integer basis = ownAllowed == null ? tier.requestsAllowed() : ownAllowed;
    return basis == null
        ? null
        : (Integer) Math.clamp((long) basis + granted, 0, Integer.MAX_VALUE);
  }

  /** Like {@link #requestsAllowed}, as a number that is never reached if it is unlimited. */
  int limit() {
    Integer allowed = requestsAllowed();
    return allowed == null ? Integer.MAX_VALUE : allowed;
  }

  PeriodSchedule schedule() {
    return new PeriodSchedule(tier.period(), tier.days(), zone);
  }

  String periodKey() {
    return schedule().keyAt(at);
  }

  Quota toQuota() {
    Integer allowed = requestsAllowed();
    return new Quota(
        creator,
        allowed,
        used,
        allowed == null ? null : (Integer) Math.max(0, allowed - used),
        tier.period(),
        tier.days(),
        turnsAt);
  }

  Membership withUsage(int used, int granted, @Nullable Instant turnsAt) {
    return new Membership(creator, user, tier, zone, ownAllowed, at, used, granted, turnsAt);
  }

  /** The membership after one more request was used or granted now. */
  Membership withMore(int used, int granted) {
    Instant expiry = schedule().expiryOf(at);
    return withUsage(used, granted, turnsAt == null ? expiry : turnsAt);
  }
}
