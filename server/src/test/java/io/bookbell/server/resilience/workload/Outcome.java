package io.bookbell.server.resilience.workload;

import com.fasterxml.jackson.databind.JsonNode;

/** What the sender of a command knows of it. */
public sealed interface Outcome {
  /** Acknowledged: it is to last. */
  record Done(JsonNode answer) implements Outcome {}

  /** It has had no effect, and never will. */
  record Refused(String code) implements Outcome {}

  /** It may have been done or not; to be sent again. */
  record Unknown(String why) implements Outcome {}

  /** What the sender knows of a command that went out twice: one of the two may do it alone. */
  static Outcome ofTwins(Outcome one, Outcome other) {
    if (one instanceof Done || other instanceof Done) {
      return one instanceof Done ? one : other;
    }
    return one instanceof Unknown ? one : other;
  }
}
