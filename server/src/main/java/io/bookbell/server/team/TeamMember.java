package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.TeamRole;

/**
 * A member of a creator's team.
 *
 * @param active an inactive member stays on the team but has no access
 */
public record TeamMember(
    UserId userId, String displayName, String email, boolean active, TeamRole role) {}
