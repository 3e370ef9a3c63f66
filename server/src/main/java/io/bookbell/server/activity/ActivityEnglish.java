package io.bookbell.server.activity;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import io.bookbell.server.activity.ActivityDetails.AllowanceDetails;
import io.bookbell.server.activity.ActivityDetails.FollowedTierDetails;
import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.InvitationDetails;
import io.bookbell.server.activity.ActivityDetails.InvitationsEndDetails;
import io.bookbell.server.activity.ActivityDetails.ListImportDetails;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.activity.ActivityDetails.SourceDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityDetails.TeamRoleDetails;
import io.bookbell.server.activity.ActivityDetails.TextDetails;
import io.bookbell.server.activity.ActivityDetails.TierDeletionDetails;
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
              + requireNonNullElse(tier.requestsAllowed(), "unlimited")
              + describePeriod(tier);
      case TierDeletionDetails tier ->
          tier.name() + (tier.newTier() == null ? "" : " to " + tier.newTier());
      case AllowanceDetails own ->
          own.supporterName() + ": " + requireNonNullElse(own.allowance(), "as the tier");
      case TeamRoleDetails member -> member.memberName() + ": " + member.role();
      case ListImportDetails list -> "%d added, %d moved".formatted(list.added(), list.moved());
      case SupporterDetails supporter -> supporter.supporterName();
      case SupporterTierDetails move -> move.supporterName() + ": " + move.newTier();
      case FollowedTierDetails move -> move.supporterName() + ": " + move.newTier();
      case SourceDetails source -> source.source();
      case GrantDetails grant ->
          "%s: %s%d, %s"
              .formatted(
                  grant.supporterName(),
                  grant.amount() > 0 ? "+" : "",
                  grant.amount(),
                  grant.reason());
      case InvitationDetails invitation -> requireNonNullElse(invitation.role(), "");
      case InvitationsEndDetails ended -> ended.memberName() + ": " + ended.amount();
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
      case REQUESTS_ALLOWED -> "Requests allowed: " + orUnlimited(now);
      case PERIOD -> "Period: " + now;
      case DAYS -> "Days: " + now;
      case MOST_OPEN -> "Open at once: " + orUnlimited(now);
      case AUTO_APPROVE -> on ? "Requests are approved at once" : "Requests need an answer";
      case TIME_ZONE -> "Time zone: " + now;
    };
  }

  private static Object orUnlimited(Object value) {
    return value.equals("") ? "unlimited" : value;
  }

  private static String describePeriod(TierDetails tier) {
    return switch (tier.period()) {
      case "month" -> " a month";
      case "week" -> " a week";
      case "rolling" -> " in " + tier.days() + " days";
      default -> "";
    };
  }
}
