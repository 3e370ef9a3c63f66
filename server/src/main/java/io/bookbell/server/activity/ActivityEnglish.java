package io.bookbell.server.activity;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.InvitationDetails;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityDetails.TextDetails;
import io.bookbell.server.activity.ActivityDetails.TierDetails;

/**
 * Describes activities in English, for clients that don't read {@code details}. Nothing else on the
 * server phrases an activity.
 */
final class ActivityEnglish {
  private ActivityEnglish() {}

  /** What the activity was about, without who did it and what kind it was. */
  static String describe(ActivityDetails activityDetails) {
    return switch (activityDetails) {
      case RequestDetails request -> request.title();
      case ProfileDetails profile ->
          profile.changes().stream().map(ActivityEnglish::describeChange).collect(joining("; "));
      case TierDetails tier ->
          tier.name()
              + ": "
              + tier.requestsAllowed()
              + (tier.period().equals("month") ? " a month" : "");
      case SupporterDetails supporter -> supporter.supporterName();
      case SupporterTierDetails move -> move.supporterName() + ": " + move.newTier();
      case GrantDetails grant ->
          "%s: %s%d, %s"
              .formatted(
                  grant.supporterName(),
                  grant.amount() > 0 ? "+" : "",
                  grant.amount(),
                  grant.reason());
      case InvitationDetails invitation -> requireNonNullElse(invitation.role(), "");
      case MemberDetails member -> member.memberName();
      case TextDetails text -> text.text();
    };
  }

  private static String describeChange(FieldChange change) {
    Object now = requireNonNullElse(change.newValue(), "");
    boolean on = now.equals(true);
    return switch (change.field()) {
      case NAME -> "Renamed to " + now;
      case ACCEPTING -> on ? "Accepting requests again" : "Requests paused";
      case NOTICE -> "Notice: " + now;
      case RULES -> on ? "Rules changed" : "Rules removed";
      case SHOWS_ASKED -> on ? "What was asked for is shown" : "What was asked for is hidden";
      case SELF_SERVICE ->
          on ? "The team may answer its own requests" : "The team may not answer its own requests";
      case COLOUR -> "New colour";
      case PICTURE -> on ? "New picture" : "Picture removed";
      case REQUESTS_ALLOWED -> "Requests allowed: " + now;
      case PERIOD -> "Period: " + now;
    };
  }
}
