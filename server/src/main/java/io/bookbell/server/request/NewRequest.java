package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a new request.
 *
 * @param supporter for whom a team member makes it; null for the actor's own
 */
public record NewRequest(
    UserId creator,
    String title,
    String author,
    @Nullable String isbn,
    @Nullable String note,
    @Nullable Integer coverId,
    @Nullable UserId supporter) {

  /** The actor's own request. */
  public NewRequest(
      UserId creator,
      String title,
      String author,
      @Nullable String isbn,
      @Nullable String note,
      @Nullable Integer coverId) {
    this(creator, title, author, isbn, note, coverId, null);
  }

  UserId supporterOr(UserId actor) {
    return supporter == null ? actor : supporter;
  }
}
