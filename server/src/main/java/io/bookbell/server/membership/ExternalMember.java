package io.bookbell.server.membership;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A member as a service lists them.
 *
 * @param id of the person at the service
 * @param email in the stored form of addresses; empty if the service doesn't tell
 * @param tiers the ids of the tiers that the member is entitled to
 * @param paidUntil when the entitlement ends unless another payment comes; empty if the service
 *     reports its end
 */
public record ExternalMember(
    String id,
    Optional<String> email,
    MemberState state,
    Set<String> tiers,
    Optional<Instant> paidUntil) {

  public ExternalMember {
    tiers = Set.copyOf(tiers);
  }

  ExternalMember asGone() {
    return new ExternalMember(id, email, MemberState.GONE, Set.of(), Optional.empty());
  }
}
