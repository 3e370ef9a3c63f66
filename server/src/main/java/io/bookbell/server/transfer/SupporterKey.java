package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import java.util.Comparator;

/** A membership, ordered by creator. */
record SupporterKey(UserId creator, UserId user) implements Comparable<SupporterKey> {
  private static final Comparator<SupporterKey> ORDER =
      Comparator.comparing(SupporterKey::creator).thenComparing(SupporterKey::user);

  @Override
  public int compareTo(SupporterKey other) {
    return ORDER.compare(this, other);
  }
}
