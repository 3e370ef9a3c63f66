package io.bookbell.server.outbox;

import java.time.Duration;
import java.util.Optional;

/** How an attempt has ended. Reasons are shown to the owner of the target, in English. */
public sealed interface SendResult {

  /** The other side has accepted the items. */
  record Accepted() implements SendResult {}

  /**
   * The items are sent again after a pause, and the target's other items wait.
   *
   * @param pause the pause that the other side has asked for
   */
  record TryAgain(String reason, Optional<Duration> pause) implements SendResult {
    public TryAgain(String reason) {
      this(reason, Optional.empty());
    }
  }

  /** The items can't be sent to anybody; the target's other items go on. */
  record ItemRefused(String reason) implements SendResult {}

  /** The address doesn't exist any more. The target gets nothing until its owner renews it. */
  record TargetGone(String reason) implements SendResult {}

  /** What all targets of the kind depend on is out of order, such as the mail server. */
  record ServiceDown(String reason) implements SendResult {}
}
