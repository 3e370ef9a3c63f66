package io.bookbell.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a client has read its history. Immutable.
 *
 * @param epoch the epoch that the number belongs to, if the client knows it
 * @param seq the sequence number of the last message applied, or 0
 */
public record Position(Optional<String> epoch, long seq) {
  private static final Pattern FORM = Pattern.compile("(?:([A-Za-z0-9._-]{1,64}):)?([0-9]{1,18})");

  /**
   * @throws IllegalArgumentException if the number is negative
   */
  public Position {
    if (seq < 0) {
      throw new IllegalArgumentException("a position is 0 or more, got " + seq);
    }
  }

  /** A position without an epoch. */
  public static Position of(long seq) {
    return new Position(Optional.empty(), seq);
  }

  /**
   * Parses {@code seq} or {@code epoch:seq}.
   *
   * @throws IllegalArgumentException if the text has another form; its message is fit for users
   */
  public static Position parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "a position is a number or epoch:number, such as 42 or a1b2:42");
    }
    return new Position(Optional.ofNullable(form.group(1)), Long.parseLong(form.group(2)));
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return epoch.map(name -> name + ":").orElse("") + seq;
  }
}
