package io.bookbell.server.request;

import io.bookbell.server.http.Problem;
import io.bookbell.server.json.TimeText;

/** Refuses a change of a request's status. */
final class StatusConflict {
  private StatusConflict() {}

  /** The problem of a request that can't change to a status; it says who was first. */
  static Problem problemFor(BookRequest request, Status to) {
    return refuse(request, " and cannot become " + to.wireName());
  }

  /** The problem of a request that isn't as its admin has seen it. */
  static Problem unexpectedStatus(BookRequest request, Status expected) {
    return refuse(request, " and not " + expected.wireName());
  }

  private static Problem refuse(BookRequest request, String why) {
    String by =
        request.status() == Status.CANCELLED
            ? " by " + request.userName()
            : request.respondedByName() == null ? "" : " by " + request.respondedByName();
    return Problem.conflict(
        "invalid_transition",
        "The request is "
            + request.status().wireName()
            + by
            + " since "
            + TimeText.formatTime(request.updatedAt())
            + why
            + ".");
  }
}
