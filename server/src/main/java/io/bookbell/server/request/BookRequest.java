package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import java.time.Instant;
import java.util.ArrayList;
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

  BookRequest withReplies(List<Reply> thread) {
    return with(status, response, respondedBy, respondedByName, thread, replyCount, updatedAt);
  }

  /** The request after a reply, with the newest of the replies that it has here. */
  BookRequest withNewReply(Reply reply, int most) {
    var thread = new ArrayList<>(replies);
    thread.add(reply);
    List<Reply> newest = thread.subList(Math.max(0, thread.size() - most), thread.size());
    return with(
        status,
        response,
        respondedBy,
        respondedByName,
        List.copyOf(newest),
        replyCount + 1,
        reply.createdAt);
  }

  /** The request after its status changed. */
  BookRequest withStatus(Status to, Instant at) {
    return with(to, response, respondedBy, respondedByName, replies, replyCount, at);
  }

  /** The request with an admin's response. */
  BookRequest withResponse(@Nullable String text, UserId by, String byName) {
    return with(status, text, by, byName, replies, replyCount, updatedAt);
  }

  private BookRequest with(
      Status newStatus,
      @Nullable String newResponse,
      @Nullable UserId by,
      @Nullable String byName,
      List<Reply> thread,
      int count,
      Instant updated) {
    return new BookRequest(
        id,
        creatorId,
        userId,
        userName,
        title,
        author,
        isbn,
        note,
        newStatus,
        newResponse,
        by,
        byName,
        newStatus.refundsQuota(),
        thread,
        count,
        createdAt,
        updated,
        coverId,
        followers);
  }

  /** A reply in a request's thread. */
  public record Reply(long id, UserId userId, String userName, String body, Instant createdAt) {}
}
