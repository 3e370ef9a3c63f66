package io.bookbell.server.live;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.storage.Transaction;
import java.util.Map;

/**
 * Who a connection belongs to, as of its opening. Kept in its metadata beside the session.
 *
 * @param name the user's display name
 * @param role of the user, over all creators
 */
record ConnectionProfile(String name, ConnectionRole role) {
  /** The names under which a connection's metadata holds the profile. */
  static final String NAME = "name";

  static final String ROLE = "role";

  static ConnectionProfile read(
      Transaction tx, UserId user, CreatorRoles creatorRoles, QuotaService quotaService) {
    String name =
        tx.query("SELECT display_name FROM app_user WHERE id = ?", user)
            .single(row -> row.getString("display_name"));
    if (!creatorRoles.administeredCreators(tx, user).isEmpty()) {
      return new ConnectionProfile(name, ConnectionRole.ADMIN);
    }
    return new ConnectionProfile(
        name,
        quotaService.findByUser(tx, user).isEmpty()
            ? ConnectionRole.NONE
            : ConnectionRole.SUPPORTER);
  }

  Map<String, String> toMetadata() {
    return Map.of(NAME, name, ROLE, role.wireName());
  }
}
