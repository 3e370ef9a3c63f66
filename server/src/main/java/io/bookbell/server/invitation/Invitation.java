package io.bookbell.server.invitation;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.TeamRole;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A link with which people join a creator.
 *
 * @param kind {@code supporter} or {@code team}
 * @param tierId the tier of those who join as supporters; null for {@code team}
 * @param teamRole the role of those who join the team; null for {@code supporter}
 */
public record Invitation(
    long id,
    UserId creatorId,
    String kind,
    @Nullable Long tierId,
    @Nullable TeamRole teamRole,
    int uses,
    int usesLeft,
    Instant expiresAt,
    Instant createdAt) {
  public static final String SUPPORTER = "supporter";
  public static final String TEAM = "team";
}
