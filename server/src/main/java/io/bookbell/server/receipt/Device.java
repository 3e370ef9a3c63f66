package io.bookbell.server.receipt;

import io.bookbell.hub.UserId;
import java.util.Comparator;

/**
 * A place where a user is signed in: a browser, or a program with a token or a key.
 *
 * @param session the hash of the session's token, or of the key
 */
public record Device(UserId user, String session) implements Comparable<Device> {
  private static final Comparator<Device> ORDER =
      Comparator.comparing(Device::user).thenComparing(Device::session);

  @Override
  public int compareTo(Device other) {
    return ORDER.compare(this, other);
  }
}
