package io.bookbell.server.request;

import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.notification.NotificationKind;

/** The kinds of activities and notifications that tell of a request's new status. */
final class StatusKinds {
  private StatusKinds() {}

  static ActivityKind ofActivity(Status status) {
    return switch (status) {
      case APPROVED -> ActivityKind.REQUEST_APPROVED;
      case REJECTED -> ActivityKind.REQUEST_REJECTED;
      case COMPLETED -> ActivityKind.REQUEST_COMPLETED;
      case CANCELLED -> ActivityKind.REQUEST_CANCELLED;
      case PENDING -> throw neverReached(status);
    };
  }

  /** For the supporter. */
  static NotificationKind ofOne(Status status) {
    return switch (status) {
      case APPROVED -> NotificationKind.REQUEST_APPROVED;
      case REJECTED -> NotificationKind.REQUEST_REJECTED;
      case COMPLETED -> NotificationKind.REQUEST_COMPLETED;
      case CANCELLED, PENDING -> throw neverReached(status);
    };
  }

  /** For the supporter of several requests that were answered at once. */
  static NotificationKind ofSeveral(Status status) {
    return switch (status) {
      case APPROVED -> NotificationKind.REQUESTS_APPROVED;
      case REJECTED -> NotificationKind.REQUESTS_REJECTED;
      case COMPLETED -> NotificationKind.REQUESTS_COMPLETED;
      case CANCELLED, PENDING -> throw neverReached(status);
    };
  }

  /** For followers of the request. */
  static NotificationKind ofFollowed(Status status) {
    return switch (status) {
      case APPROVED -> NotificationKind.FOLLOWED_REQUEST_APPROVED;
      case REJECTED -> NotificationKind.FOLLOWED_REQUEST_REJECTED;
      case COMPLETED -> NotificationKind.FOLLOWED_REQUEST_COMPLETED;
      case CANCELLED -> NotificationKind.FOLLOWED_REQUEST_CANCELLED;
      case PENDING -> throw neverReached(status);
    };
  }

  private static IllegalArgumentException neverReached(Status status) {
    return new IllegalArgumentException("nobody is told that a request became " + status);
  }
}
