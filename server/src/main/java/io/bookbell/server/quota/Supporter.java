package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.SupporterQueries.SupporterPerson;
import org.jspecify.annotations.Nullable;

/**
 * A supporter in the form that admins see.
 *
 * @param requestsAllowed null for any number
 * @param ownAllowance the supporter's own, in place of the tier's; null for none
 */
public record Supporter(
    UserId userId,
    String displayName,
    String email,
    long tierId,
    @Nullable Integer requestsAllowed,
    int requestsUsed,
    @Nullable Integer ownAllowance) {

  static Supporter of(SupporterPerson person, Membership membership, Quota quota) {
    return new Supporter(
        person.id(),
        person.displayName(),
        person.email(),
        membership.tier().id(),
        quota.allowed(),
        quota.used(),
        membership.ownAllowed());
  }
}
