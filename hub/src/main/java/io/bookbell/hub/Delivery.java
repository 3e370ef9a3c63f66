package io.bookbell.hub;

import java.util.Map;
import java.util.Set;

/**
 * One message of a committed change, with its audience. Immutable.
 *
 * @param message the message
 * @param sequence the users who receive it as a numbered message, each with their own sequence
 *     number
 * @param unnumbered the users who receive it without a number
 */
public record Delivery(Message message, Map<UserId, Long> sequence, Set<UserId> unnumbered) {
  public Delivery {
    sequence = Map.copyOf(sequence);
    unnumbered = Set.copyOf(unnumbered);
  }

  /** A durable message, delivered to each user with its number in that user's history. */
  public static Delivery numbered(Message message, Map<UserId, Long> sequence) {
    return new Delivery(message, sequence, Set.of());
  }

  /** A message outside the histories, such as a state. */
  public static Delivery unnumbered(Message message, Set<UserId> targets) {
    return new Delivery(message, Map.of(), targets);
  }
}
