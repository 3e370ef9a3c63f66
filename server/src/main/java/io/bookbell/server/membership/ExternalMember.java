package io.bookbell.server.membership;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.http.Sha256;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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

  /** Returns the id of somebody of whom a service says no more than an address. */
  public static String idOf(String email) {
    return Sha256.hexDigest(email.getBytes(UTF_8));
  }

  /**
   * One member for two memberships of the same person, in whichever order the service lists them:
   * an ended one may be listed beside the one that followed it. The person is entitled to what both
   * give; if one ends before the other, to what the later one gives.
   */
  public ExternalMember mergedWith(ExternalMember other) {
    int later = compareEnds(other);
    var all = new HashSet<String>();
    if (later >= 0) {
      all.addAll(tiers);
    }
    if (later <= 0) {
      all.addAll(other.tiers);
    }
    return new ExternalMember(
        id,
        Stream.of(email, other.email).flatMap(Optional::stream).min(Comparator.naturalOrder()),
        state.compareTo(other.state) <= 0 ? state : other.state,
        all,
        later >= 0 ? paidUntil : other.paidUntil);
  }

  private int compareEnds(ExternalMember other) {
    return paidUntil.orElse(Instant.MAX).compareTo(other.paidUntil.orElse(Instant.MAX));
  }

  ExternalMember asGone() {
    return new ExternalMember(id, email, MemberState.GONE, Set.of(), Optional.empty());
  }
}
