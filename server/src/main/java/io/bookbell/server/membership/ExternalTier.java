package io.bookbell.server.membership;

/**
 * A tier as a service lists it.
 *
 * @param rank the higher one decides for a member who is entitled to several
 */
public record ExternalTier(String id, String name, long rank) {}
