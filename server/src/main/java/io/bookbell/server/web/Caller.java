package io.bookbell.server.web;

import io.bookbell.hub.UserId;

/**
 * Who is asking.
 *
 * @param session the hash of the session's token
 * @param operator whether the user runs this installation
 */
public record Caller(UserId user, String session, boolean operator) {}
