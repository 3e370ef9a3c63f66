package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;

/**
 * A supporter's membership as of one moment. {@code used} and {@code granted} are those of the
 * period that contains that moment.
 */
record Membership(UserId creator, UserId user, Tier tier, Instant at, int used, int granted) {

  int requestsAllowed() {
    return Math.max(0, tier.requestsAllowed() + granted);
  }

  String periodKey() {
    return tier.period().keyAt(at);
  }

  Quota toQuota() {
    return new Quota(
        creator,
        requestsAllowed(),
        used,
        Math.max(0, requestsAllowed() - used),
        tier.period(),
        tier.period().nextResetAfter(at));
  }

  Membership withUsage(int used, int granted) {
    return new Membership(creator, user, tier, at, used, granted);
  }
}
