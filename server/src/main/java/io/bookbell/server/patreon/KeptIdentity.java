package io.bookbell.server.patreon;

import io.bookbell.server.membership.ExternalMember;
import io.bookbell.server.membership.MemberState;
import io.bookbell.server.patreon.PatreonDocuments.Identity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who somebody without an account here is at Patreon, in the form in which it is stored until they
 * join.
 */
record KeptIdentity(
    String userId, String name, @Nullable String email, List<KeptMembership> memberships) {

  /** A membership of a campaign. */
  record KeptMembership(String campaign, MemberState state, List<String> tiers) {}

  static KeptIdentity of(Identity identity) {
    return new KeptIdentity(
        identity.userId(),
        identity.name(),
        identity.email().orElse(null),
        identity.memberships().entrySet().stream()
            .map(
                each ->
                    new KeptMembership(
                        each.getKey(),
                        each.getValue().state(),
                        List.copyOf(each.getValue().tiers())))
            .toList());
  }

  Identity toIdentity() {
    Optional<String> address = Optional.ofNullable(email);
    var members = new LinkedHashMap<String, ExternalMember>();
    for (KeptMembership kept : memberships) {
      members.put(
          kept.campaign,
          new ExternalMember(
              userId, address, kept.state, Set.copyOf(kept.tiers), Optional.empty()));
    }
    return new Identity(userId, name, address, members);
  }
}
