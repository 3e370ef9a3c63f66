package io.bookbell.server.team;

import io.bookbell.hub.UserId;

/**
 * Somebody who helps a creator answer.
 *
 * @param active an inactive member keeps the place in the team and sees nothing
 */
public record TeamMember(UserId userId, String displayName, String email, boolean active) {}
