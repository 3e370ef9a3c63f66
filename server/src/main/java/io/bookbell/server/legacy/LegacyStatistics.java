package io.bookbell.server.legacy;

/**
 * The traffic on the legacy channel since the start. Immutable.
 *
 * @param connected whether Redis delivers what is published to the channel
 * @param published messages that Redis accepted
 * @param refused messages that Redis didn't accept, which the replaced system's users miss
 * @param received messages of the replaced system
 * @param malformed texts that could not be decoded, at least in part
 */
public record LegacyStatistics(
    boolean connected, long published, long refused, long received, long malformed) {}
