package io.bookbell.server.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.UserId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Reads fields of the replaced system's messages, whose values may be numbers or texts, and whose
 * names differ. Stateless.
 */
final class LegacyFields {
  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,15}");
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

  private LegacyFields() {}

  /** The value of the first of these fields that isn't missing or null. */
  private static Optional<JsonNode> find(ObjectNode object, String... names) {
    for (String name : names) {
      JsonNode value = object.path(name);
      if (!value.isMissingNode() && !value.isNull()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  static Optional<String> text(ObjectNode object, String... names) {
    return find(object, names)
        .filter(JsonNode::isTextual)
        .map(value -> value.asText().strip())
        .filter(value -> !value.isEmpty());
  }

  static OptionalLong id(ObjectNode object, String... names) {
    return find(object, names)
        .filter(value -> value.isTextual() || value.isIntegralNumber())
        .filter(value -> ID.matcher(value.asText()).matches())
        .map(value -> OptionalLong.of(Long.parseLong(value.asText())))
        .orElseGet(OptionalLong::empty);
  }

  static Optional<UserId> user(ObjectNode object, String... names) {
    OptionalLong id = id(object, names);
    return id.isPresent() ? Optional.of(new UserId(id.getAsLong())) : Optional.empty();
  }

  static OptionalInt count(ObjectNode object, String... names) {
    return find(object, names)
        .filter(value -> COUNT.matcher(value.asText()).matches())
        .map(value -> OptionalInt.of(Integer.parseInt(value.asText())))
        .orElseGet(OptionalInt::empty);
  }

  /** A time in our own form. Times without a zone are UTC. */
  static Optional<String> time(ObjectNode object, String... names) {
    return text(object, names)
        .flatMap(LegacyFields::parseTime)
        .map(time -> time.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static Optional<Instant> parseTime(String text) {
    String value = text.replaceFirst(" ", "T");
    try {
      return Optional.of(OffsetDateTime.parse(value).toInstant());
    } catch (DateTimeException withoutZone) {
      try {
        return Optional.of(LocalDateTime.parse(value).toInstant(ZoneOffset.UTC));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
  }
}
