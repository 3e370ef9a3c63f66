package io.bookbell.hub.redis;

/**
 * A snapshot of a backplane's counters since its start, and of its current peers. Immutable; the
 * numbers are read one after the other, not atomically. Only changes count as published or
 * received, not the nodes' messages about themselves.
 *
 * @param published changes accepted by Redis, counted once per node addressed
 * @param publishedBytes the size of these
 * @param received changes from other nodes
 * @param receivedBytes the size of these
 * @param refused messages of all kinds that Redis didn't accept in time
 * @param foreign frames dropped because of another database, epoch or protocol version
 * @param malformed frames dropped because they couldn't be decoded
 * @param renewals subscriptions replaced because they received nothing
 * @param stateChanges changes of the state
 * @param fallbacks times the node began to operate without Redis
 * @param peers other nodes heard of recently, now
 * @param peersKnown those of them whose users are known, now; the others are sent every change
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
    long fallbacks,
    int peers,
    int peersKnown) {}
