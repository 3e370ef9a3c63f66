package io.bookbell.server.patreon;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.membership.ExternalMember;
import io.bookbell.server.membership.ExternalTier;
import io.bookbell.server.membership.MemberState;
import io.bookbell.server.membership.MembershipSource.MemberPage;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.GraphemeClusters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads Patreon's JSON:API documents. What it doesn't know is ignored. Stateless. */
final class PatreonDocuments {
  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_ID_LENGTH = 100;

  private PatreonDocuments() {}

  /** A campaign, which is what a creator has at Patreon. */
  record Campaign(String id, String name) {}

  /**
   * Somebody who has connected their account.
   *
   * @param email only one that Patreon has verified
   * @param memberships by campaign
   */
  record Identity(
      String userId, String name, Optional<String> email, Map<String, ExternalMember> memberships) {

    /** The same with only the memberships of these campaigns. */
    Identity withCampaigns(Set<String> campaigns) {
      var some = new LinkedHashMap<>(memberships);
      some.keySet().retainAll(campaigns);
      return new Identity(userId, name, email, some);
    }
  }

  static Optional<Campaign> readCampaign(JsonNode document) {
    JsonNode first = document.path("data").path(0);
    String id = text(first.path("id"));
    JsonNode attributes = first.path("attributes");
    String name = text(attributes.path("creation_name"));
    return id.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Campaign(id, shortName(name.isEmpty() ? text(attributes.path("vanity")) : name)));
  }

  static List<ExternalTier> readTiers(JsonNode document) {
    var tiers = new ArrayList<ExternalTier>();
    for (JsonNode resource : document.path("included")) {
      String id = text(resource.path("id"));
      if (text(resource.path("type")).equals("tier") && isUsableId(id)) {
        JsonNode attributes = resource.path("attributes");
        String title = shortName(text(attributes.path("title")));
        tiers.add(
            new ExternalTier(
                id, title.isEmpty() ? id : title, attributes.path("amount_cents").asLong(0)));
      }
    }
    return tiers;
  }

  /** Reads a page of members; empty if it has no list of them, which doesn't mean none. */
  static Optional<MemberPage> readMembers(JsonNode document) {
    if (!document.path("data").isArray()) {
      return Optional.empty();
    }
    var members = new ArrayList<ExternalMember>();
    for (JsonNode resource : document.path("data")) {
      readMember(resource, userOf(resource)).ifPresent(members::add);
    }
    String next = text(document.path("meta").path("pagination").path("cursors").path("next"));
    return Optional.of(
        new MemberPage(members, Optional.of(next).filter(cursor -> !cursor.isEmpty())));
  }

  static Optional<ExternalMember> readMember(JsonNode document) {
    JsonNode resource = document.path("data");
    return readMember(resource, userOf(resource));
  }

  static Optional<Identity> readIdentity(JsonNode document) {
    JsonNode user = document.path("data");
    String id = text(user.path("id"));
    if (!isUsableId(id)) {
      return Optional.empty();
    }
    JsonNode attributes = user.path("attributes");
    Optional<String> email =
        Optional.of(attributes)
            .filter(each -> each.path("is_email_verified").asBoolean(false))
            .flatMap(each -> EmailAddress.of(text(each.path("email"))));
    var memberships = new LinkedHashMap<String, ExternalMember>();
    for (JsonNode resource : document.path("included")) {
      if (text(resource.path("type")).equals("member")) {
        String campaign = relatedId(resource, "campaign");
        readMember(resource, id)
            .filter(_ -> !campaign.isEmpty())
            .map(member -> withEmail(member, email))
            .ifPresent(member -> memberships.merge(campaign, member, ExternalMember::mergedWith));
      }
    }
    return Optional.of(
        new Identity(id, shortName(text(attributes.path("full_name"))), email, memberships));
  }

  private static ExternalMember withEmail(ExternalMember member, Optional<String> email) {
    return new ExternalMember(
        member.id(), email, member.state(), member.tiers(), member.paidUntil());
  }

  private static String userOf(JsonNode member) {
    return relatedId(member, "user");
  }

  private static String relatedId(JsonNode resource, String relationship) {
    return text(resource.path("relationships").path(relationship).path("data").path("id"));
  }

  private static Optional<ExternalMember> readMember(JsonNode resource, String userId) {
    if (!isUsableId(userId)) {
      return Optional.empty(); // the account was deleted at Patreon
    }
    JsonNode attributes = resource.path("attributes");
    return Optional.of(
        new ExternalMember(
            userId,
            EmailAddress.of(text(attributes.path("email"))),
            readState(text(attributes.path("patron_status"))),
            readEntitled(resource),
            Optional.empty()));
  }

  /** A status that this version doesn't know is that of somebody who may come back. */
  private static MemberState readState(String status) {
    return switch (status) {
      case "active_patron" -> MemberState.ACTIVE;
      case "declined_patron" -> MemberState.DECLINED;
      case "former_patron" -> MemberState.FORMER;
      case "" -> MemberState.FREE;
      default -> MemberState.ACTIVE;
    };
  }

  private static Set<String> readEntitled(JsonNode resource) {
    var ids = new LinkedHashSet<String>();
    JsonNode tiers = resource.path("relationships").path("currently_entitled_tiers").path("data");
    for (JsonNode tier : tiers) {
      String id = text(tier.path("id"));
      if (isUsableId(id) && ids.size() < 30) {
        ids.add(id);
      }
    }
    return ids;
  }

  private static boolean isUsableId(String id) {
    return !id.isEmpty() && id.length() <= MAX_ID_LENGTH;
  }

  private static String text(JsonNode node) {
    return node.isTextual() || node.isNumber() ? node.asText() : "";
  }

  private static String shortName(String text) {
    return GraphemeClusters.truncateText(text, MAX_NAME_LENGTH);
  }
}
