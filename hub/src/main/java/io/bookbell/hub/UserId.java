package io.bookbell.hub;

/**
 * The id of a user. Immutable.
 *
 * @param value the number, at least 1
 */
public record UserId(long value) implements Comparable<UserId> {
  /**
   * @throws IllegalArgumentException if the value is below 1
   */
  public UserId {
    if (value < 1) {
      throw new IllegalArgumentException("a user id is at least 1, got " + value);
    }
  }

  @Override
  public int compareTo(UserId other) {
    return Long.compare(value, other.value);
  }

  /** The plain number. */
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
