package io.bookbell.hub;

/**
 * Notified by the {@link ConnectionRegistry}, inside its map's atomic update, of each user's first
 * connection and of the end of the last.
 */
@FunctionalInterface
interface PresenceListener {
  void presenceChanged(UserId user, boolean connected);
}
