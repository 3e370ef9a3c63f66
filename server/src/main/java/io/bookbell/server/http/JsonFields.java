package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.TextNormalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Reads the fields of a JSON object that have one value. Confined to one thread. */
abstract class JsonFields extends RequestFields {
  private static final UserId SOMEBODY = new UserId(1);
  private static final String NEEDED = "is required";

  private final JsonNode json;
  final String prefix;
  private final Set<String> known = new HashSet<>();

  /**
   * Creates a reader.
   *
   * @param prefix put before the names of the fields in errors
   */
  JsonFields(JsonNode json, String prefix) {
    this.json = json;
    this.prefix = prefix;
  }

  @Override
  public void checkField(String field, boolean holds, String message) {
    super.checkField(prefix + field, holds, message);
  }

  /** Whether a field has a value, of any type. */
  public boolean hasField(String field) {
    return findValue(field).isPresent();
  }

  /**
   * A text of any number of lines, in the form of {@link TextNormalizer#normalizeLines}. Its length
   * is counted in grapheme clusters.
   */
  public String requiredText(String field, int least, int most) {
    return optionalText(field, least, most).orElseGet(() -> reportMissing(field, ""));
  }

  /** Like {@link #requiredText}, for a single line such as a name or title. */
  public String requiredLine(String field, int least, int most) {
    return optionalLine(field, least, most).orElseGet(() -> reportMissing(field, ""));
  }

  /** Like {@link #requiredText}, but optional. */
  public Optional<String> optionalText(String field, int least, int most) {
    return readTyped(field, least, most, TextNormalizer::normalizeLines);
  }

  /** Like {@link #optionalText(String, int, int)}, for a single line. */
  public Optional<String> optionalLine(String field, int least, int most) {
    return readTyped(field, least, most, TextNormalizer::normalizeLine);
  }

  private Optional<String> readTyped(
      String field, int least, int most, UnaryOperator<String> stored) {
    return findValue(field)
        .map(
            value -> {
              if (!value.isTextual()) {
                addError(field, "must be a string");
                return "";
              }
              return cleanText(field, value.asText(), least, most, stored);
            });
  }

  /** An optional text; a blank one counts as missing. */
  public Optional<String> optionalText(String field, int most) {
    return optionalText(field, 0, most).filter(text -> !text.isEmpty());
  }

  /** Like {@link #optionalText(String, int)}, for a single line. */
  public Optional<String> optionalLine(String field, int most) {
    return optionalLine(field, 0, most).filter(text -> !text.isEmpty());
  }

  /** An e-mail address in its stored form. */
  public String requiredEmail(String field) {
    return optionalEmail(field).orElseGet(() -> reportMissing(field, ""));
  }

  /** Like {@link #requiredEmail}, but optional. */
  public Optional<String> optionalEmail(String field) {
    return findValue(field)
        .map(
            value -> {
              Optional<String> address =
                  value.isTextual() ? EmailAddress.of(value.asText()) : Optional.empty();
              checkField(field, address.isPresent(), "must be an e-mail address");
              return address.orElse("");
            });
  }

  /** Like {@link #requiredEmail}, for an address to which a mail will be sent. */
  public String requiredDeliverableEmail(String field) {
    String address = requiredEmail(field);
    checkDeliverable(field, address);
    return address;
  }

  /** Checks that a mail can be sent to an address; an empty one is already reported. */
  final void checkDeliverable(String field, String address) {
    if (!address.isEmpty()) {
      EmailAddress.findDeliveryFault(address).ifPresent(fault -> checkField(field, false, fault));
    }
  }

  /** An optional text that must match as a whole. */
  public Optional<String> optionalMatch(String field, Pattern form, String expectation) {
    return findValue(field)
        .map(
            value -> {
              boolean good = value.isTextual() && form.matcher(value.asText()).matches();
              checkField(field, good, expectation);
              return good ? value.asText() : "";
            });
  }

  /** A text that must match as a whole. */
  public String requiredMatch(String field, Pattern form, String expectation) {
    return optionalMatch(field, form, expectation).orElseGet(() -> reportMissing(field, ""));
  }

  /** A text that is taken as it is, such as a password. Its length is counted in UTF-16 units. */
  public String requiredVerbatim(String field, int least, int most) {
    return optionalVerbatim(field, least, most).orElseGet(() -> reportMissing(field, ""));
  }

  /** Like {@link #requiredVerbatim}, but optional. */
  public Optional<String> optionalVerbatim(String field, int least, int most) {
    return findValue(field)
        .map(
            value -> {
              String text = value.isTextual() ? value.asText() : "";
              checkField(field, value.isTextual(), "must be a string");
              checkStorable(field, text);
              checkField(
                  field,
                  text.length() >= least && text.length() <= most,
                  "must have " + least + " to " + most + " characters");
              return text;
            });
  }

  public String requiredOneOf(String field, String... allowed) {
    return optionalOneOf(field, allowed).orElseGet(() -> reportMissing(field, allowed[0]));
  }

  public Optional<String> optionalOneOf(String field, String... allowed) {
    List<String> words = List.of(allowed);
    return findValue(field)
        .map(
            value -> {
              boolean good = value.isTextual() && words.contains(value.asText());
              checkField(field, good, oneOfMessage(words));
              return good ? value.asText() : allowed[0];
            });
  }

  public UserId requiredUserId(String field) {
    return optionalUserId(field).orElseGet(() -> reportMissing(field, SOMEBODY));
  }

  public Optional<UserId> optionalUserId(String field) {
    return optionalId(field).map(UserId::new);
  }

  /** A positive integer. */
  public long requiredId(String field) {
    return optionalId(field).orElseGet(() -> reportMissing(field, 1L));
  }

  public Optional<Long> optionalId(String field) {
    return findValue(field).map(value -> parseId(field, value));
  }

  final long parseId(String field, JsonNode value) {
    boolean good = value.isIntegralNumber() && value.canConvertToLong() && value.asLong() > 0;
    checkField(field, good, "must be an id, a positive integer");
    return good ? value.asLong() : 1;
  }

  public int requiredInteger(String field, int least, int most) {
    return optionalInteger(field, least, most).orElseGet(() -> reportMissing(field, least));
  }

  public Optional<Integer> optionalInteger(String field, int least, int most) {
    return findValue(field)
        .map(
            value -> {
              boolean good =
                  value.isIntegralNumber()
                      && value.canConvertToInt()
                      && value.asInt() >= least
                      && value.asInt() <= most;
              checkField(field, good, "must be an integer from " + least + " to " + most);
              return good ? value.asInt() : least;
            });
  }

  /** An integer or null; empty if the field is missing. */
  public Optional<NullableInteger> nullableInteger(String field, int least, int most) {
    return json.has(field)
        ? Optional.of(new NullableInteger(optionalInteger(field, least, most).orElse(null)))
        : Optional.empty();
  }

  /** Like {@link #nullableInteger}, but required. */
  public NullableInteger requiredNullableInteger(String field, int least, int most) {
    return nullableInteger(field, least, most)
        .orElseGet(() -> reportMissing(field, new NullableInteger(null)));
  }

  /** A number of a message in a history, or 0. */
  public long requiredSequence(String field) {
    return findValue(field)
        .map(
            value -> {
              boolean good =
                  value.isIntegralNumber() && value.canConvertToLong() && value.asLong() >= 0;
              checkField(field, good, "must be a whole number from 0");
              return good ? value.asLong() : 0L;
            })
        .orElseGet(() -> reportMissing(field, 0L));
  }

  public boolean requiredBoolean(String field) {
    return optionalBoolean(field).orElseGet(() -> reportMissing(field, false));
  }

  public Optional<Boolean> optionalBoolean(String field) {
    return findValue(field)
        .map(
            value -> {
              checkField(field, value.isBoolean(), "must be true or false");
              return value.asBoolean();
            });
  }

  /** A time such as {@code 2026-11-23T20:15:00Z}, from 1970 to 9999. */
  public Optional<Instant> optionalInstant(String field) {
    return findValue(field)
        .map(value -> parseInstant(field, value.isTextual() ? value.asText() : ""));
  }

  private Instant parseInstant(String field, String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
      checkField(
          field, time.getYear() >= 1970 && time.getYear() <= 9999, "must be from 1970 to 9999");
      return time.toInstant();
    } catch (DateTimeException e) {
      addError(field, "must be a time such as 2026-11-23T20:15:00Z");
      return Instant.EPOCH;
    }
  }

  final Optional<JsonNode> findValue(String field) {
    known.add(field);
    JsonNode value = json.get(field);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  final <T> T reportMissing(String field, T harmless) {
    addError(field, NEEDED);
    return harmless;
  }

  @Override
  public void requireNoErrors() {
    Iterator<String> fields = json.fieldNames();
    while (fields.hasNext() && !isFull()) {
      String field = fields.next();
      if (!known.contains(field)) {
        addError(printableName(field), "is not a known field of this request");
      }
    }
    super.requireNoErrors();
  }

  /** Makes a field name chosen by a client safe to return: short and valid Unicode. */
  private static String printableName(String field) {
    String start = field.length() <= 50 ? field : field.substring(0, 50) + "…";
    return new String(start.getBytes(UTF_8), UTF_8);
  }
}
