package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.PageCursor;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;

/**
 * Which requests to list, and from where on; all that is given must hold.
 *
 * @param statuses empty for all
 * @param text each of its words is a word of the request, or the beginning of one
 */
public record RequestFilter(
    Set<Status> statuses,
    Optional<UserId> supporter,
    Optional<String> text,
    RequestSort sort,
    Optional<PageCursor> after) {
  static final RequestFilter NONE =
      new RequestFilter(
          Set.of(), Optional.empty(), Optional.empty(), RequestSort.NEWEST, Optional.empty());

  /**
   * Without the statuses, each of which is read along an index of its own, and without the text,
   * for which {@link RequestSearch} needs to know whose requests they are.
   */
  Condition toCondition() {
    return supporter
        .map(BOOK_REQUEST.USER_ID::eq)
        .orElseGet(() -> noCondition())
        .and(after.map(sort::conditionAfter).orElseGet(() -> noCondition()));
  }
}
