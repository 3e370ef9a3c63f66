package io.bookbell.server.quota;

import io.bookbell.server.http.Problem;
import io.bookbell.server.json.TimeText;
import java.util.Objects;

/**
 * Builds the problem for a supporter who has no requests left: why, and when the allowance resets.
 */
final class QuotaExhaustion {
  private QuotaExhaustion() {}

  static Problem problemFor(Membership membership) {
    return Problem.conflict(
        "quota_exhausted", describeCause(membership) + describeReset(membership));
  }

  /** For a supporter who has requests left here, but none in the {@link SharedCounter}. */
  static Problem sharedProblem() {
    return Problem.conflict(
        "quota_exhausted", "All requests are used, some of them in the site's other system.");
  }

  private static String describeCause(Membership membership) {
    int allowed = membership.limit();
    int used = membership.used();
    if (allowed == 0) {
      return includesNone(membership)
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
    if (resetsAt == null || includesNone(membership)) {
      return "";
    }
    return membership.tier().period() == Period.ROLLING
        ? " The next change is on " + TimeText.formatTime(resetsAt) + "."
        : " Your allowance resets on " + TimeText.formatTime(resetsAt) + ".";
  }

  private static boolean includesNone(Membership membership) {
    Integer own = membership.ownAllowed();
    return Objects.equals(own == null ? membership.tier().requestsAllowed() : own, 0);
  }
}
