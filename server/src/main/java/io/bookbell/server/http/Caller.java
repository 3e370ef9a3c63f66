package io.bookbell.server.http;

import io.bookbell.hub.UserId;

/**
 * The authenticated sender of a request.
 *
 * @param session the hash of the session's token
 * @param operator whether the user runs this installation
 */
public record Caller(UserId user, String session, boolean operator) {}
