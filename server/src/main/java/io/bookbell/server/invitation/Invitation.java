package io.bookbell.server.invitation;

import io.bookbell.hub.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A link by which people join.
 *
 * @param kind {@code supporter} or {@code team}
 * @param tierId the tier of those who join as supporters
 */
public record Invitation(
    long id,
    UserId creatorId,
    String kind,
    @Nullable Long tierId,
    int uses,
    int usesLeft,
    Instant expiresAt,
    Instant createdAt) {
  static final String SUPPORTER = "supporter";
  static final String TEAM = "team";
}
