package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A supporter's quota with one creator.
 *
 * @param used may exceed {@code allowed}, such as after the tier was lowered
 * @param remaining never negative
 * @param resetsAt when the next period begins; null for period {@code none}
 */
public record Quota(
    UserId creatorId,
    int allowed,
    int used,
    int remaining,
    Period period,
    @Nullable Instant resetsAt) {


  /** The same quota with more used, if less than what remains is left elsewhere. */
  Quota withRemainingAtMost(int most) {
    return remaining <= most
        ? this
        : new Quota(creatorId, allowed, allowed - most, most, period, resetsAt);
  }
}
