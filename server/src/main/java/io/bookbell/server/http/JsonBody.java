package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bookbell.hub.UserId;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.TextNormalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The JSON object in a request's body, read field by field. Each reader records errors and returns
 * a harmless value instead; {@link #requireNoErrors} then refuses the request with all errors
 * found, including unknown fields. A null field counts as missing. Confined to one thread.
 */
public final class JsonBody extends RequestFields {
  private static final UserId SOMEBODY = new UserId(1);
  private static final JsonNode EMPTY = JsonNodeFactory.instance.objectNode();
  private static final String NEEDED = "is required";

  private final JsonNode json;
  private final String prefix;
  private final Set<String> known = new HashSet<>();

  JsonBody(JsonNode json) {
    this(json, "");
  }

  /** An object inside another one, whose fields are named with a prefix in errors. */
  private JsonBody(JsonNode json, String prefix) {
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

  /** An object inside this one. It reports its errors itself. */
  public Optional<JsonBody> optionalObject(String field) {
    return findValue(field)
        .flatMap(
            value -> {
              checkField(field, value.isObject(), "must be an object");
              return value.isObject()
                  ? Optional.of(new JsonBody(value, prefix + field + "."))
                  : Optional.empty();
            });
  }

  /** A list of objects, which report their errors themselves; empty if it is missing. */
  public List<JsonBody> objects(String field, int most) {
    JsonNode list = findValue(field).orElse(JsonNodeFactory.instance.arrayNode());
    checkField(
        field,
        list.isArray() && list.size() <= most,
        "must be a list of up to " + most + " objects");
    var objects = new ArrayList<JsonBody>();
    for (int index = 0; list.isArray() && index < Math.min(list.size(), most); index++) {
      JsonNode each = list.get(index);
      String name = field + "[" + index + "]";
      checkField(name, each.isObject(), "must be an object");
      if (each.isObject()) {
        objects.add(new JsonBody(each, prefix + name + "."));
      }
    }
    return objects;
  }

  /** A list of words without duplicates, in the order of the allowed ones; it may be empty. */
  public List<String> optionalSomeOf(String field, List<String> allowed) {
    JsonNode list = findValue(field).orElse(JsonNodeFactory.instance.arrayNode());
    var words = new HashSet<String>();
    list.forEach(each -> words.add(each.asText()));
    checkField(
        field,
        list.isArray() && allowed.containsAll(words),
        "must be a list of words of " + String.join(", ", allowed));
    return allowed.stream().filter(words::contains).toList();
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

  /** A list of e-mail addresses in their stored form, without duplicates. */
  public List<String> requiredEmails(String field, int most) {
    JsonNode list = findValue(field).orElse(JsonNodeFactory.instance.arrayNode());
    checkField(
        field,
        list.isArray() && !list.isEmpty() && list.size() <= most,
        "must be a list of 1 to " + most + " e-mail addresses");
    var emails = new ArrayList<String>();
    for (int index = 0; list.isArray() && index < Math.min(list.size(), most); index++) {
      Optional<String> email = EmailAddress.of(list.get(index).asText());
      checkField(field + "[" + index + "]", email.isPresent(), "must be an e-mail address");
      email.filter(each -> !emails.contains(each)).ifPresent(emails::add);
    }
    return emails;
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
              checkField(
                  field,
                  text.length() >= least && text.length() <= most,
                  "must have " + least + " to " + most + " characters");
              return text;
            });
  }

  /** An object of another specification, as JSON text. */
  public String requiredObject(String field) {
    Optional<JsonNode> value = findValue(field);
    if (value.isEmpty()) {
      return reportMissing(field, "{}");
    }
    checkField(field, value.get().isObject(), "must be an object");
    return value.get().toString();
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

  /** One or more of the allowed words, without duplicates, in the order of the allowed ones. */
  public List<String> requiredSomeOf(String field, List<String> allowed) {
    Optional<JsonNode> value = findValue(field);
    if (value.isEmpty()) {
      return reportMissing(field, List.of());
    }
    var words = new HashSet<String>();
    value.get().forEach(word -> words.add(word.isTextual() ? word.asText() : ""));
    boolean good = value.get().isArray() && !words.isEmpty() && allowed.containsAll(words);
    checkField(field, good, "must be a list of one or more of " + String.join(", ", allowed));
    return allowed.stream().filter(words::contains).toList();
  }

  /**
   * Reads a list of objects.
   *
   * @param read reads one of them; errors name its fields as {@code field.name}
   */
  public <T> List<T> requiredObjects(String field, int most, Function<JsonBody, T> read) {
    Optional<JsonNode> value = findValue(field);
    if (value.isEmpty()) {
      return reportMissing(field, List.of());
    }
    var objects = new ArrayList<T>();
    boolean good = value.get().isArray() && value.get().size() <= most;
    for (JsonNode element : good ? value.get() : List.<JsonNode>of()) {
      good &= element.isObject();
      if (element.isObject()) {
        var part = new JsonBody(element);
        objects.add(read.apply(part));
        addErrorsOf(field, part::requireNoErrors);
      }
    }
    checkField(field, good, "must be a list of at most " + most + " objects");
    return objects;
  }

  private void addErrorsOf(String field, Runnable check) {
    try {
      check.run();
    } catch (Problem problem) {
      problem
          .fieldErrors()
          .forEach(error -> addError(field + "." + error.field(), error.message()));
    }
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

  private long parseId(String field, JsonNode value) {
    boolean good = value.isIntegralNumber() && value.canConvertToLong() && value.asLong() > 0;
    checkField(field, good, "must be an id, a positive integer");
    return good ? value.asLong() : 1;
  }

  /** A list of ids without duplicates. */
  public Optional<Set<Long>> optionalIds(String field, int most) {
    return findValue(field)
        .map(
            value -> {
              var ids = new TreeSet<Long>();
              checkField(
                  field,
                  value.isArray() && value.size() <= most,
                  "must be a list of at most " + most + " ids");
              value.forEach(element -> ids.add(parseId(field, element)));
              return ids;
            });
  }

  /** Like {@link #optionalIds}. */
  public Set<Long> requiredIds(String field, int most) {
    return optionalIds(field, most).orElseGet(() -> reportMissing(field, Set.of()));
  }

  /**
   * Any JSON object.
   *
   * @param mostBytes the largest size of its shortest form in UTF-8
   */
  public JsonNode requiredObject(String field, int mostBytes) {
    Optional<JsonNode> value = findValue(field);
    if (value.isEmpty()) {
      return reportMissing(field, EMPTY);
    }
    String text = value.get().toString();
    checkField(field, value.get().isObject(), "must be a JSON object");
    checkField(field, !isBroken(text), "must not contain broken Unicode");
    checkField(
        field,
        text.length() <= mostBytes && text.getBytes(UTF_8).length <= mostBytes,
        "must have at most " + mostBytes + " bytes as JSON in UTF-8");
    return value.get();
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

  private Optional<JsonNode> findValue(String field) {
    known.add(field);
    JsonNode value = json.get(field);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private <T> T reportMissing(String field, T harmless) {
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
