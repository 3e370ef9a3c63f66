package io.bookbell.server.web;

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
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The JSON object in a request's body, read field by field. Each reader notes what is wrong and
 * answers with something harmless; {@link #done} then refuses the request with all that was found,
 * fields that nobody asked for among it. A field that is null counts as missing. Confined to one
 * thread.
 */
public final class JsonBody extends RequestFields {
  private static final UserId SOMEBODY = new UserId(1);
  private static final String NEEDED = "is required";

  private final JsonNode json;
  private final Set<String> known = new HashSet<>();

  JsonBody(JsonNode json) {
    this.json = json;
  }

  /**
   * A text of some characters, as people see them, and of any number of lines; in the form of
   * {@link TextNormalizer#lines}.
   */
  public String text(String field, int least, int most) {
    return optionalText(field, least, most).orElseGet(() -> missing(field, ""));
  }

  /** As {@link #text}, of one line: a name, a title. */
  public String line(String field, int least, int most) {
    return optionalLine(field, least, most).orElseGet(() -> missing(field, ""));
  }

  /** A text that may be missing; if it is there it is as {@link #text} has it. */
  public Optional<String> optionalText(String field, int least, int most) {
    return typed(field, least, most, TextNormalizer::lines);
  }

  /** As {@link #optionalText(String, int, int)}, of one line. */
  public Optional<String> optionalLine(String field, int least, int most) {
    return typed(field, least, most, TextNormalizer::line);
  }

  private Optional<String> typed(String field, int least, int most, UnaryOperator<String> stored) {
    return value(field)
        .map(
            value -> {
              if (!value.isTextual()) {
                error(field, "must be a string");
                return "";
              }
              return clean(field, value.asText(), least, most, stored);
            });
  }

  /** A text that may be missing; blank counts as missing. */
  public Optional<String> optionalText(String field, int most) {
    return optionalText(field, 0, most).filter(text -> !text.isEmpty());
  }

  /** As {@link #optionalText(String, int)}, of one line. */
  public Optional<String> optionalLine(String field, int most) {
    return optionalLine(field, 0, most).filter(text -> !text.isEmpty());
  }

  /** An e-mail address in the stored form. */
  public String email(String field) {
    return optionalEmail(field).orElseGet(() -> missing(field, ""));
  }

  /** As {@link #email}; it may be missing. */
  public Optional<String> optionalEmail(String field) {
    return value(field)
        .map(
            value -> {
              Optional<String> address =
                  value.isTextual() ? EmailAddress.of(value.asText()) : Optional.empty();
              check(field, address.isPresent(), "must be an e-mail address");
              return address.orElse("");
            });
  }

  /** A text that may be missing; if it is there, all of it matches. */
  public Optional<String> optionalMatch(String field, Pattern form, String expectation) {
    return value(field)
        .map(
            value -> {
              boolean good = value.isTextual() && form.matcher(value.asText()).matches();
              check(field, good, expectation);
              return good ? value.asText() : "";
            });
  }

  /** A text that is taken as it is, such as a password. */
  public String verbatim(String field, int least, int most) {
    Optional<JsonNode> value = value(field);
    if (value.isEmpty()) {
      return missing(field, "");
    }
    String text = value.get().isTextual() ? value.get().asText() : "";
    check(field, value.get().isTextual(), "must be a string");
    check(
        field,
        text.length() >= least && text.length() <= most,
        "must have " + least + " to " + most + " characters");
    return text;
  }

  public String oneOf(String field, String... allowed) {
    return optionalOneOf(field, allowed).orElseGet(() -> missing(field, allowed[0]));
  }

  public Optional<String> optionalOneOf(String field, String... allowed) {
    List<String> words = List.of(allowed);
    return value(field)
        .map(
            value -> {
              boolean good = value.isTextual() && words.contains(value.asText());
              check(field, good, quoted(words));
              return good ? value.asText() : allowed[0];
            });
  }

  public UserId userId(String field) {
    return optionalUserId(field).orElseGet(() -> missing(field, SOMEBODY));
  }

  public Optional<UserId> optionalUserId(String field) {
    return optionalId(field).map(UserId::new);
  }

  /** An id: a positive integer. */
  public long id(String field) {
    return optionalId(field).orElseGet(() -> missing(field, 1L));
  }

  public Optional<Long> optionalId(String field) {
    return value(field).map(value -> id(field, value));
  }

  private long id(String field, JsonNode value) {
    boolean good = value.isIntegralNumber() && value.canConvertToLong() && value.asLong() > 0;
    check(field, good, "must be an id, a positive integer");
    return good ? value.asLong() : 1;
  }

  /** A list of ids, each once. */
  public Optional<Set<Long>> optionalIds(String field, int most) {
    return value(field)
        .map(
            value -> {
              var ids = new TreeSet<Long>();
              check(
                  field,
                  value.isArray() && value.size() <= most,
                  "must be a list of at most " + most + " ids");
              value.forEach(element -> ids.add(id(field, element)));
              return ids;
            });
  }

  public int integer(String field, int least, int most) {
    return optionalInteger(field, least, most).orElseGet(() -> missing(field, least));
  }

  public Optional<Integer> optionalInteger(String field, int least, int most) {
    return value(field)
        .map(
            value -> {
              boolean good =
                  value.isIntegralNumber()
                      && value.canConvertToInt()
                      && value.asInt() >= least
                      && value.asInt() <= most;
              check(field, good, "must be an integer from " + least + " to " + most);
              return good ? value.asInt() : least;
            });
  }

  public boolean bool(String field) {
    return optionalBool(field).orElseGet(() -> missing(field, false));
  }

  public Optional<Boolean> optionalBool(String field) {
    return value(field)
        .map(
            value -> {
              check(field, value.isBoolean(), "must be true or false");
              return value.asBoolean();
            });
  }

  /** A time such as {@code 2026-11-23T20:15:00Z}, from 1970 to 9999. */
  public Optional<Instant> optionalInstant(String field) {
    return value(field).map(value -> instant(field, value.isTextual() ? value.asText() : ""));
  }

  private Instant instant(String field, String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
      check(field, time.getYear() >= 1970 && time.getYear() <= 9999, "must be from 1970 to 9999");
      return time.toInstant();
    } catch (DateTimeException e) {
      error(field, "must be a time such as 2026-11-23T20:15:00Z");
      return Instant.EPOCH;
    }
  }

  private Optional<JsonNode> value(String field) {
    known.add(field);
    JsonNode value = json.get(field);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private <T> T missing(String field, T harmless) {
    error(field, NEEDED);
    return harmless;
  }

  @Override
  public void done() {
    Iterator<String> fields = json.fieldNames();
    while (fields.hasNext() && !isFull()) {
      String field = fields.next();
      if (!known.contains(field)) {
        error(shown(field), "is not a known field of this request");
      }
    }
    super.done();
  }

  /** A name that a client made up, in a form that can be sent back: short, and whole characters. */
  private static String shown(String field) {
    String start = field.length() <= 50 ? field : field.substring(0, 50) + "…";
    return new String(start.getBytes(UTF_8), UTF_8);
  }
}
