package io.bookbell.server.request;

import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.Tier;

/** How many requests may be pending at once. Stateless. */
final class OpenRequestLimits {
  private static final int MAX_PENDING = 100_000;

  private OpenRequestLimits() {}

  /**
   * Requires that a creator accepts requests, and that not too many are pending.
   *
   * @param open how many of the supporter's own requests are pending
   * @throws Problem 409 otherwise
   */
  static void requireRoom(CreatorRow creator, Tier tier, int open) {
    if (!creator.creator().accepting()) {
      throw Problem.conflict("not_accepting", creator.creator().name() + " has paused requests.");
    }
    if (creator.pendingCount() >= MAX_PENDING) {
      throw Problem.limitReached("inbox_full", MAX_PENDING, "pending requests");
    }
    Integer mostOpen = tier.mostOpen();
    if (mostOpen != null && open >= mostOpen) {
      throw Problem.conflict(
          "too_many_open",
          mostOpen == 1
              ? "One request is still open. The next one can follow when it is answered."
              : mostOpen
                  + " requests are still open. The next one can follow when one is answered.");
    }
  }
}
