package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A book request in the form that its supporter and admins see.
 *
 * @param userId the supporter who made the request
 * @param response the text of the latest decision
 * @param respondedBy the admin who made the latest decision
 * @param refunded whether the request was refunded to the quota
 * @param replies the newest ones, oldest first: up to 3 in lists, up to 50 for a single request
 * @param replyCount the number of all replies
 * @param coverId of the book's cover in the catalogue
 * @param followers how many users follow the request
 */
public record BookRequest(
    long id,
    UserId creatorId,
    UserId userId,
    String userName,
    String title,
    String author,
    @Nullable String isbn,
    @Nullable String note,
    Status status,
    @Nullable String response,
    @Nullable UserId respondedBy,
    @Nullable String respondedByName,
    boolean refunded,
    List<Reply> replies,
    int replyCount,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Integer coverId,
    int followers) {

  /** A reply in a request's thread. */
  public record Reply(long id, UserId userId, String userName, String body, Instant createdAt) {}
}
