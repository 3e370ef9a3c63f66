package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A supporter's quota with one creator.
 *
 * @param allowed null for any number
 * @param used may exceed {@code allowed}, such as after the tier was lowered
 * @param remaining never negative; null for any number
 * @param days of a rolling period; otherwise null
 * @param resetsAt when the next period begins, or, of rolling days, when the next of what counts
 *     stops counting; null for never
 */
public record Quota(
    UserId creatorId,
    @Nullable Integer allowed,
    int used,
    @Nullable Integer remaining,
    Period period,
    @Nullable Integer days,
    @Nullable Instant resetsAt) {

  /** The same quota with more used, if less than what remains is left elsewhere. */
  Quota withRemainingAtMost(int most) {
    if (remaining != null && remaining <= most) {
      return this;
    }
    int total = allowed == null ? used + most : allowed;
    return new Quota(creatorId, total, total - most, most, period, days, resetsAt);
  }
}
