package io.bookbell.server.crash;

import com.fasterxml.jackson.databind.JsonNode;

/** What the sender of a command knows of it. */
sealed interface Outcome {
  /** Acknowledged: it is to last. */
  record Done(JsonNode answer) implements Outcome {}

  /** It has had no effect, and never will. */
  record Refused(String code) implements Outcome {}

  /** It may have been done or not; to be sent again. */
  record Unknown(String why) implements Outcome {}
}
