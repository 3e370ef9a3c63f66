package io.bookbell.hub;

/**
 * What a hub has done since it began, and what it holds now. A snapshot: immutable, its numbers
 * taken one after the other.
 *
 * @param connections open now
 * @param users with at least one open connection now
 * @param pendingBytes accepted for sending and not yet taken by the operating system, now
 * @param opened connections ever
 * @param closed connections ever
 * @param delivered live messages queued to a connection, one count per connection
 * @param replayed messages read from a history and queued
 * @param repeated numbered messages dropped because the connection had them already
 * @param gaps times that a live connection went back to its history because it missed a number
 * @param emptyAnnouncements times that an announced message was not in the history
 * @param slowCloses connections closed because they read too slowly
 * @param silentDrops connections dropped because nothing came from them
 * @param protocolErrors connections closed because of what their client sent
 * @param failedReads times that a history could not be read
 */
public record HubStatistics(
    long connections,
    long users,
    long pendingBytes,
    long opened,
    long closed,
    long delivered,
    long replayed,
    long repeated,
    long gaps,
    long emptyAnnouncements,
    long slowCloses,
    long silentDrops,
    long protocolErrors,
    long failedReads) {}
