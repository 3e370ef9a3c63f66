package io.bookbell.server.activity;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bookbell.hub.UserId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The details of an activity, as they are stored and sent, in JSON without the fields that are
 * null. Names are those of the time of the activity. Entries that were parsed from an older text
 * lack what the text didn't say, such as ids and previous values.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface ActivityDetails {

  /**
   * The request that something was done to.
   *
   * @param supporterId for whom a team member made the request; null if the supporter did
   * @param approved whether the tier approves requests at once; null otherwise
   */
  record RequestDetails(
      String title,
      @Nullable UserId supporterId,
      @Nullable String supporterName,
      @Nullable Boolean approved)
      implements ActivityDetails {
    public RequestDetails(String title) {
      this(title, null, null, null);
    }
  }

  /** All fields of a creator's profile that were changed at once. */
  record ProfileDetails(List<FieldChange> changes) implements ActivityDetails {}

  /**
   * The terms of a new or changed tier.
   *
   * @param requestsAllowed null for any number
   * @param period {@code none}, {@code month}, {@code week} or {@code rolling}
   * @param days of a rolling period; otherwise null
   * @param changes the changed terms; empty for a new tier
   */
  record TierDetails(
      String name,
      @Nullable Integer requestsAllowed,
      String period,
      @Nullable Integer days,
      List<FieldChange> changes)
      implements ActivityDetails {
    public TierDetails(
        String name, @Nullable Integer requestsAllowed, String period, List<FieldChange> changes) {
      this(name, requestsAllowed, period, null, changes);
    }
  }

  /**
   * A deleted tier.
   *
   * @param newTier where its supporters were moved to; null if it had none
   */
  record TierDeletionDetails(String name, @Nullable String newTier) implements ActivityDetails {}

  /**
   * A supporter's own allowance.
   *
   * @param allowance null for that of the tier
   */
  record AllowanceDetails(
      @Nullable UserId supporterId, String supporterName, @Nullable Integer allowance)
      implements ActivityDetails {}

  /**
   * A team member's new role.
   *
   * @param role {@code answer}, {@code people} or {@code everything}
   */
  record TeamRoleDetails(@Nullable UserId memberId, String memberName, String role)
      implements ActivityDetails {}

  /** How many supporters an import of a list has added and moved. */
  record ListImportDetails(int added, int moved) implements ActivityDetails {}

  /** A supporter who has joined or left. */
  record SupporterDetails(@Nullable UserId supporterId, String supporterName, @Nullable String tier)
      implements ActivityDetails {}

  /** A supporter's move to another tier. */
  record SupporterTierDetails(
      @Nullable UserId supporterId, String supporterName, @Nullable String oldTier, String newTier)
      implements ActivityDetails {}

  /**
   * A supporter's move to the tier that they have at a membership service.
   *
   * @param source the service, such as {@code patreon}
   */
  record FollowedTierDetails(
      UserId supporterId, String supporterName, String oldTier, String newTier, String source)
      implements ActivityDetails {}

  /** A membership service, such as {@code patreon}. */
  record SourceDetails(String source) implements ActivityDetails {}

  /**
   * A manual change of a supporter's allowance.
   *
   * @param amount negative for a decrease
   */
  record GrantDetails(@Nullable UserId supporterId, String supporterName, int amount, String reason)
      implements ActivityDetails {}

  /**
   * An invitation link.
   *
   * @param role what it lets people become: {@code supporter} or {@code team}
   * @param tier the tier of new supporters
   */
  record InvitationDetails(@Nullable String role, @Nullable Integer uses, @Nullable String tier)
      implements ActivityDetails {}

  /**
   * The open links of somebody who may not invite any more.
   *
   * @param memberId null for the former owner of the creator's account
   * @param amount how many links have ended, with those whose mails weren't sent yet
   */
  record InvitationsEndDetails(@Nullable UserId memberId, String memberName, int amount)
      implements ActivityDetails {}

  /** The team member that something was done to. */
  record MemberDetails(@Nullable UserId memberId, String memberName) implements ActivityDetails {}

  /**
   * An English text in place of details.
   *
   * @param kind the kind under which the text was stored
   */
  record TextDetails(String kind, String text) implements ActivityDetails {}
}
