package io.bookbell.server.canned;

import io.bookbell.hub.UserId;

/**
 * An answer that is kept ready.
 *
 * @param name by which the team finds it; supporters do not see it
 */
public record CannedResponse(long id, UserId creatorId, String name, String body) {}
