package io.bookbell.server.activity;

import com.fasterxml.jackson.annotation.JsonValue;
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
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What can be recorded in the activity log. */
public enum ActivityKind {
  REQUEST_CREATED(RequestDetails.class),
  REQUEST_APPROVED(RequestDetails.class),
  REQUEST_REJECTED(RequestDetails.class),
  REQUEST_COMPLETED(RequestDetails.class),
  REQUEST_CANCELLED(RequestDetails.class),
  REPLY_ADDED(RequestDetails.class),
  CREATOR_CHANGED(ProfileDetails.class),
  TIER_CREATED(TierDetails.class),
  TIER_CHANGED(TierDetails.class),
  TIER_DELETED(TierDeletionDetails.class),
  SUPPORTER_JOINED(SupporterDetails.class),
  SUPPORTER_LEFT(SupporterDetails.class),
  SUPPORTER_REMOVED(SupporterDetails.class),
  SUPPORTER_BLOCKED(SupporterDetails.class),
  SUPPORTER_UNBLOCKED(SupporterDetails.class),
  SUPPORTER_RESTORED(SupporterDetails.class),
  SUPPORTERS_IMPORTED(ListImportDetails.class),
  ALLOWANCE_CHANGED(AllowanceDetails.class),
  SUPPORTER_TIER_CHANGED(SupporterTierDetails.class),
  SUPPORTER_TIER_FOLLOWED(FollowedTierDetails.class),
  QUOTA_GRANTED(GrantDetails.class),
  INVITATION_CREATED(InvitationDetails.class),
  INVITATION_REVOKED(InvitationDetails.class),
  /** Open links ended because the member who had made them may not invite any more. */
  INVITATIONS_ENDED(InvitationsEndDetails.class),
  TEAM_MEMBER_ADDED(MemberDetails.class),
  TEAM_MEMBER_ACTIVATED(MemberDetails.class),
  TEAM_MEMBER_DEACTIVATED(MemberDetails.class),
  TEAM_MEMBER_REMOVED(MemberDetails.class),
  TEAM_ROLE_CHANGED(TeamRoleDetails.class),
  /** The creator's account has another owner; the member is the former one. */
  ACCOUNT_TAKEN_OVER(MemberDetails.class),
  SOURCE_CONNECTED(SourceDetails.class),
  SOURCE_DISCONNECTED(SourceDetails.class),
  SOURCE_FAILED(SourceDetails.class),
  /** An entry from before entries had details, whose text couldn't be parsed. Not written anew. */
  TEXT(TextDetails.class);

  private static final Map<String, ActivityKind> BY_WIRE_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(ActivityKind::wireName, Function.identity()));

  private final Class<? extends ActivityDetails> detailsType;

  ActivityKind(Class<? extends ActivityDetails> detailsType) {
    this.detailsType = detailsType;
  }

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the kind with that wire name; empty if this version doesn't know it. */
  static Optional<ActivityKind> find(String wireName) {
    return Optional.ofNullable(BY_WIRE_NAME.get(wireName));
  }

  /** The type of the details of an entry of this kind. */
  Class<? extends ActivityDetails> detailsType() {
    return detailsType;
  }
}
