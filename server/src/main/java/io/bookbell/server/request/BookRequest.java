package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A book request as clients see it.
 *
 * @param userId the supporter who asks
 * @param response the admin's word with the newest answer
 * @param respondedBy the admin who gave it
 * @param refunded whether the request was given back to the quota
 * @param replies the newest ones, oldest first: three, or more where one request alone was asked
 *     for
 * @param replyCount how many there are in all
 * @param coverId of the book's picture in the catalogue
 * @param followers how many others want it too
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

  /** A word in a request's thread. */
  public record Reply(long id, UserId userId, String userName, String body, Instant createdAt) {}
}
