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
 * @param createdBy who has made it; null for links from before this was recorded
 * @param createdByName the maker's name; null if the maker isn't known
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
    Instant createdAt,
    @Nullable UserId createdBy,
    @Nullable String createdByName) {
  public static final String SUPPORTER = "supporter";
  public static final String TEAM = "team";
}
