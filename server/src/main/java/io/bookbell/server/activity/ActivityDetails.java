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

  /** The request that something was done to. */
  record RequestDetails(String title) implements ActivityDetails {}

  /** All fields of a creator's profile that were changed at once. */
  record ProfileDetails(List<FieldChange> changes) implements ActivityDetails {}

  /**
   * The terms of a new or changed tier.
   *
   * @param period {@code none} or {@code month}
   * @param changes the changed terms; empty for a new tier
   */
  record TierDetails(String name, int requestsAllowed, String period, List<FieldChange> changes)
      implements ActivityDetails {}

  /** A supporter who has joined or left. */
  record SupporterDetails(@Nullable UserId supporterId, String supporterName, @Nullable String tier)
      implements ActivityDetails {}

  /** A supporter's move to another tier. */
  record SupporterTierDetails(
      @Nullable UserId supporterId, String supporterName, @Nullable String oldTier, String newTier)
      implements ActivityDetails {}

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

  /** The team member that something was done to. */
  record MemberDetails(@Nullable UserId memberId, String memberName) implements ActivityDetails {}

  /**
   * An English text in place of details.
   *
   * @param kind the kind under which the text was stored
   */
  record TextDetails(String kind, String text) implements ActivityDetails {}
}
