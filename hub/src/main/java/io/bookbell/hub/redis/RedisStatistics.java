package io.bookbell.hub.redis;

/**
 * What a backplane has done since it began, and what it knows now. A snapshot: immutable, its
 * numbers taken one after the other. Only changes count as published or received, not what nodes
 * say to each other about themselves.
 *
 * @param published changes that Redis accepted, one count per node addressed
 * @param publishedBytes their size
 * @param received changes of other nodes
 * @param receivedBytes their size
 * @param refused what Redis did not accept in time, changes and everything else
 * @param foreign frames of nodes with other histories, or another version of the protocol, dropped
 * @param malformed frames that could not be read, dropped
 * @param renewals subscriptions given up because they were deaf
 * @param stateChanges how often the state changed
 * @param peers other nodes heard of lately, now
 * @param peersKnown those of them whose users are known, now; the others are sent everything
 */
public record RedisStatistics(
    long published,
    long publishedBytes,
    long received,
    long receivedBytes,
    long refused,
    long foreign,
    long malformed,
    long renewals,
    long stateChanges,
    int peers,
    int peersKnown) {}
