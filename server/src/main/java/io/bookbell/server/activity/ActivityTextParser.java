package io.bookbell.server.activity;

import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.InvitationDetails;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityDetails.TierDetails;
import io.bookbell.server.activity.FieldChange.ChangedField;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the English texts that activities had instead of details before schema version 13. A text
 * that could mean more than one thing counts as not understood.
 */
final class ActivityTextParser {
  private static final Map<String, FieldChange> CHANGES =
      Map.ofEntries(
          Map.entry(
              "Accepting requests again", new FieldChange(ChangedField.ACCEPTING, false, true)),
          Map.entry("Requests paused", new FieldChange(ChangedField.ACCEPTING, true, false)),
          Map.entry("Rules changed", new FieldChange(ChangedField.RULES, null, true)),
          Map.entry("Rules removed", new FieldChange(ChangedField.RULES, true, false)),
          Map.entry(
              "What was asked for is shown",
              new FieldChange(ChangedField.SHOWS_ASKED, false, true)),
          Map.entry(
              "What was asked for is hidden",
              new FieldChange(ChangedField.SHOWS_ASKED, true, false)),
          Map.entry(
              "The team may answer its own requests",
              new FieldChange(ChangedField.SELF_SERVICE, false, true)),
          Map.entry(
              "The team may not answer its own requests",
              new FieldChange(ChangedField.SELF_SERVICE, true, false)),
          Map.entry("New colour", new FieldChange(ChangedField.COLOUR, null, null)),
          Map.entry("New picture", new FieldChange(ChangedField.PICTURE, null, true)),
          Map.entry("Picture removed", new FieldChange(ChangedField.PICTURE, true, false)));

  private static final String NOTICE = "Notice: ";
  private static final String RENAMED = "Renamed to ";
  private static final String SEPARATOR = ": ";
  private static final Set<String> ROLES = Set.of("supporter", "team");
  private static final Pattern TERMS =
      Pattern.compile("(?<name>.*): (?<allowed>\\d{1,9})(?<month> a month)?", Pattern.DOTALL);
  private static final Pattern GRANT =
      Pattern.compile("(?<name>.*?): (?<amount>[+-]\\d{1,9}), (?<reason>.*)", Pattern.DOTALL);

  private ActivityTextParser() {}

  /** Returns the facts in a text; of kind {@link ActivityKind#TEXT} if it isn't understood. */
  static ActivityFacts parseText(String kind, String text) {
    return ActivityKind.find(kind)
        .flatMap(
            known ->
                Optional.ofNullable(parseDetails(known, text))
                    .map(details -> new ActivityFacts(known, details)))
        .orElseGet(() -> ActivityFacts.ofText(kind, text));
  }

  private static @Nullable ActivityDetails parseDetails(ActivityKind kind, String text) {
    return switch (kind) {
      case REQUEST_CREATED,
          REQUEST_APPROVED,
          REQUEST_REJECTED,
          REQUEST_COMPLETED,
          REQUEST_CANCELLED,
          REPLY_ADDED ->
          new RequestDetails(text);
      case CREATOR_CHANGED -> parseChange(text);
      case TIER_CREATED, TIER_CHANGED -> parseTier(text);
      case SUPPORTER_JOINED, SUPPORTER_LEFT -> new SupporterDetails(null, text, null);
      case SUPPORTER_TIER_CHANGED -> parseMove(text);
      case QUOTA_GRANTED -> parseGrant(text);
      case INVITATION_CREATED ->
          ROLES.contains(text) ? new InvitationDetails(text, null, null) : null;
      case INVITATION_REVOKED -> text.isEmpty() ? new InvitationDetails(null, null, null) : null;
      case TEAM_MEMBER_ADDED, TEAM_MEMBER_ACTIVATED, TEAM_MEMBER_DEACTIVATED, TEAM_MEMBER_REMOVED ->
          new MemberDetails(null, text);
      case TIER_DELETED,
          SUPPORTER_REMOVED,
          SUPPORTER_BLOCKED,
          SUPPORTER_UNBLOCKED,
          SUPPORTER_RESTORED,
          SUPPORTERS_IMPORTED,
          ALLOWANCE_CHANGED,
          TEAM_ROLE_CHANGED,
          INVITATIONS_ENDED,
          SUPPORTER_TIER_FOLLOWED,
          ACCOUNT_TAKEN_OVER,
          SOURCE_CONNECTED,
          SOURCE_DISCONNECTED,
          SOURCE_FAILED,
          TEXT ->
          null; // never stored as a text
    };
  }

  private static @Nullable ProfileDetails parseChange(String text) {
    FieldChange change = CHANGES.get(text);
    if (text.startsWith(NOTICE)) {
      change = new FieldChange(ChangedField.NOTICE, null, text.substring(NOTICE.length()));
    } else if (text.startsWith(RENAMED)) {
      change = new FieldChange(ChangedField.NAME, null, text.substring(RENAMED.length()));
    }
    return change == null ? null : new ProfileDetails(List.of(change));
  }

  private static @Nullable TierDetails parseTier(String text) {
    Matcher terms = TERMS.matcher(text);
    return terms.matches()
        ? new TierDetails(
            terms.group("name"),
            Integer.parseInt(terms.group("allowed")),
            terms.group("month") == null ? "none" : "month",
            List.of())
        : null;
  }

  private static @Nullable SupporterTierDetails parseMove(String text) {
    int at = text.indexOf(SEPARATOR);
    return at >= 0 && at == text.lastIndexOf(SEPARATOR)
        ? new SupporterTierDetails(
            null, text.substring(0, at), null, text.substring(at + SEPARATOR.length()))
        : null;
  }

  private static @Nullable GrantDetails parseGrant(String text) {
    Matcher grant = GRANT.matcher(text);
    return grant.matches()
        ? new GrantDetails(
            null,
            grant.group("name"),
            Integer.parseInt(grant.group("amount")),
            grant.group("reason"))
        : null;
  }
}
