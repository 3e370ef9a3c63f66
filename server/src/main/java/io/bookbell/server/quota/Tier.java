package io.bookbell.server.quota;

import io.bookbell.hub.UserId;

/**
 * A level of support with an allowance.
 *
 * @param requestsAllowed requests per period
 */
public record Tier(long id, UserId creatorId, String name, int requestsAllowed, Period period) {}
