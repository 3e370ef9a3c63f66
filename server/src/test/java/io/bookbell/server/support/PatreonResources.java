package io.bookbell.server.support;

import io.bookbell.server.support.StandInPatreon.Patron;
import java.util.LinkedHashMap;
import java.util.Map;

/** Resources as Patreon's JSON:API has them. */
final class PatreonResources {
  private PatreonResources() {}

  static Map<String, ?> member(Patron patron) {
    var attributes = new LinkedHashMap<String, Object>();
    attributes.put("email", patron.email());
    attributes.put("patron_status", patron.status());
    attributes.put("last_charge_status", "Paid");
    attributes.put("a_field_nobody_has_documented", 7);
    var entitled = patron.entitled().stream().map(id -> Map.of("type", "tier", "id", id)).toList();
    return resourceOf(
        "member",
        patron.memberId(),
        attributes,
        Map.of(
            "currently_entitled_tiers", Map.of("data", entitled),
            "campaign", Map.of("data", Map.of("type", "campaign", "id", StandInPatreon.CAMPAIGN)),
            "user", Map.of("data", Map.of("type", "user", "id", patron.userId()))));
  }

  static Map<String, ?> resourceOf(
      String type, String id, Map<String, ?> attributes, Map<String, ?> relationships) {
    return Map.of("type", type, "id", id, "attributes", attributes, "relationships", relationships);
  }
}
