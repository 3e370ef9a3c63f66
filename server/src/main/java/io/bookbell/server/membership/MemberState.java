package io.bookbell.server.membership;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * What a service says of a member. The tiers that the member is entitled to decide, not this. Of
 * two memberships of one person, the state that comes first here counts.
 */
public enum MemberState {
  ACTIVE,
  /** The last payment failed, and may still succeed. */
  DECLINED,
  /** The member has ended the membership; the time that was paid for may still run. */
  FORMER,
  /** Somebody who doesn't pay, such as a follower or somebody with a gift. */
  FREE,
  /** The service doesn't list the member any more. */
  GONE;

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static MemberState of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /**
   * Whether a lost tier may come back by itself, so that it is kept for a grace period: a payment
   * may be repeated, a tier mapped, and a member listed again. Nobody who has left expects that.
   */
  boolean startsGrace() {
    return switch (this) {
      case ACTIVE, DECLINED, GONE -> true;
      case FORMER, FREE -> false;
    };
  }
}
