package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What supporters see of each other's requests: the book and the status, but never who made the
 * request or what was said.
 *
 * @param followers how many users follow the request
 * @param mine whether the current user made the request
 * @param following whether the current user follows it
 */
public record RequestedBook(
    long id,
    UserId creatorId,
    String title,
    String author,
    @Nullable Integer coverId,
    Status status,
    int followers,
    boolean mine,
    boolean following,
    Instant updatedAt) {}
