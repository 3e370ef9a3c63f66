package io.bookbell.server.creator;

import io.bookbell.hub.UserId;

/**
 * A creator's row as one transaction sees it.
 *
 * @param teamVersion grows with every change of the team: the key of the admin cache
 * @param audienceVersion grows whenever somebody becomes or ceases to be a supporter or an admin
 * @param pendingCount requests waiting for an answer
 */
public record CreatorRow(
    Creator creator, long teamVersion, long audienceVersion, int pendingCount) {
  public UserId id() {
    return creator.id();
  }
}
