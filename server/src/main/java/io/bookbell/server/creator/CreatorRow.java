package io.bookbell.server.creator;

import io.bookbell.hub.UserId;

/**
 * A creator's row as read by one transaction.
 *
 * @param teamVersion incremented with every change of the team; the admin cache compares it
 * @param audienceVersion incremented whenever somebody becomes a supporter or the team changes
 * @param pendingCount the number of pending requests
 */
public record CreatorRow(
    Creator creator, long teamVersion, long audienceVersion, int pendingCount) {
  public UserId id() {
    return creator.id();
  }
}
