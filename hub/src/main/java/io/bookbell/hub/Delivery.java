package io.bookbell.hub;

import java.util.Map;
import java.util.Set;

/**
 * One message of a committed change and who gets it. Immutable.
 *
 * @param message what is told
 * @param sequence the users who get it as a numbered message, each with that user's own number
 * @param unnumbered the users who get it without a number
 */
public record Delivery(Message message, Map<UserId, Long> sequence, Set<UserId> unnumbered) {
  public Delivery {
    sequence = Map.copyOf(sequence);
    unnumbered = Set.copyOf(unnumbered);
  }

  /** A durable message: each user gets it with the number it has in that user's history. */
  public static Delivery numbered(Message message, Map<UserId, Long> sequence) {
    return new Delivery(message, sequence, Set.of());
  }

  /** A message outside the histories, such as a state. */
  public static Delivery unnumbered(Message message, Set<UserId> targets) {
    return new Delivery(message, Map.of(), targets);
  }
}
