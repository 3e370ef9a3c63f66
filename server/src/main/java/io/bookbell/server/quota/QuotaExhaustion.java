package io.bookbell.server.quota;

import io.bookbell.server.http.Problem;
import io.bookbell.server.json.TimeText;

/**
 * Builds the problem for a supporter who has no requests left: why, and when the allowance resets.
 */
final class QuotaExhaustion {
  private QuotaExhaustion() {}

  static Problem problemFor(Membership membership) {
    return Problem.conflict(
        "quota_exhausted", describeCause(membership) + describeReset(membership));
  }

  private static String describeCause(Membership membership) {
    int allowed = membership.requestsAllowed();
    int used = membership.used();
    if (allowed == 0) {
      return membership.tier().requestsAllowed() == 0
          ? "Your tier does not include requests."
          : "You have no requests right now: the team took them back.";
    }
    if (used > allowed) {
      return "You have used %d requests, and your allowance is %d.".formatted(used, allowed);
    }
    return allowed == 1 ? "Your only request is used." : "All " + allowed + " requests are used.";
  }

  private static String describeReset(Membership membership) {
    var resetsAt = membership.toQuota().resetsAt();
    return resetsAt == null || membership.tier().requestsAllowed() == 0
        ? ""
        : " Your allowance resets on " + TimeText.formatTime(resetsAt) + ".";
  }
}
