package io.bookbell.server.legacy;

/**
 * What has gone through the channel since the start. A snapshot: immutable.
 *
 * @param connected whether the channel brings back what is published
 * @param published messages that Redis accepted
 * @param refused messages that it did not, gone for the replaced system's users
 * @param received messages of the replaced system
 * @param malformed texts that were not in its form, at least in part
 */
public record LegacyStatistics(
    boolean connected, long published, long refused, long received, long malformed) {}
