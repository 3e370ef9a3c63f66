package io.bookbell.server.request;

import io.bookbell.server.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one of several decisions.
 *
 * @param result "answered" or "refused"
 * @param code the problem's code, if refused
 * @param bookRequest its current state; null if it doesn't exist
 */
public record DecisionOutcome(
    long id,
    String result,
    @Nullable String code,
    @Nullable String detail,
    @Nullable BookRequest bookRequest) {
  static DecisionOutcome ofAnswer(BookRequest request) {
    return new DecisionOutcome(request.id(), "answered", null, null, request);
  }

  static DecisionOutcome ofRefusal(long id, Problem refusal, @Nullable BookRequest request) {
    return new DecisionOutcome(id, "refused", refusal.errorCode(), refusal.getMessage(), request);
  }
}
