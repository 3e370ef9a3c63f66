package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.PageCursor;
import io.bookbell.server.storage.sql.SqlFragment;
import java.util.Optional;
import java.util.Set;

/**
 * Which requests to list, and after which cursor; the given conditions are combined with AND.
 *
 * @param statuses empty for all
 * @param text words that the request has to match, see {@link RequestSearch}
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
   * Returns the condition without the statuses, each of which is read along its own index, and
   * without the text, for which {@link RequestSearch} needs to know whose requests they are.
   */
  SqlFragment toCondition() {
    return supporter
        .map(user -> SqlFragment.of("r.user_id = ?", user))
        .orElse(SqlFragment.TRUE)
        .and(after.map(sort::conditionAfter).orElse(SqlFragment.TRUE));
  }
}
