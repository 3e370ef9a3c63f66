package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What supporters see of each other's requests: the book and how it stands, never who asked, nor
 * what was said.
 *
 * @param followers how many want it besides who asked
 * @param mine whether the one who looks has asked for it
 * @param following whether the one who looks follows it
 */
public record AskedBook(
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
