package io.bookbell.server.canned;

import io.bookbell.hub.UserId;

/**
 * A saved reply.
 *
 * @param name a label for the team, which supporters never see
 */
public record CannedResponse(long id, UserId creatorId, String name, String body) {}
