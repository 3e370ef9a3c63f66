package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.UserId;

/**
 * Notified by the {@link ConnectionRegistry}, inside its map's atomic update, of each user's first
 * connection and of the end of the last.
 */
@FunctionalInterface
public interface PresenceListener {
  void presenceChanged(UserId user, boolean connected);
}
