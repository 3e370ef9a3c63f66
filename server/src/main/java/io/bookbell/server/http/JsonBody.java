package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bookbell.server.text.EmailAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The JSON object in a request's body, read field by field. Each reader records errors and returns
 * a harmless value instead; {@link #requireNoErrors} then refuses the request with all errors
 * found, including unknown fields. A null field counts as missing. Confined to one thread.
 */
public final class JsonBody extends JsonFields {
  private static final JsonNode EMPTY = JsonNodeFactory.instance.objectNode();

  JsonBody(JsonNode json) {
    this(json, "");
  }

  /** An object inside another one, whose fields are named with a prefix in errors. */
  private JsonBody(JsonNode json, String prefix) {
    super(json, prefix);
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
   * A list of e-mail addresses to which mails will be sent, in their stored form and without
   * duplicates.
   */
  public List<String> requiredDeliverableEmails(String field, int most) {
    JsonNode list = findValue(field).orElse(JsonNodeFactory.instance.arrayNode());
    checkField(
        field,
        list.isArray() && !list.isEmpty() && list.size() <= most,
        "must be a list of 1 to " + most + " e-mail addresses");
    var emails = new ArrayList<String>();
    for (int index = 0; list.isArray() && index < Math.min(list.size(), most); index++) {
      Optional<String> email = EmailAddress.of(list.get(index).asText());
      String one = field + "[" + index + "]";
      checkField(one, email.isPresent(), "must be an e-mail address");
      checkDeliverable(one, email.orElse(""));
      email.filter(each -> !emails.contains(each)).ifPresent(emails::add);
    }
    return emails;
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

  /** One or more of the allowed words, without duplicates, in the order of the allowed ones. */
  public List<String> requiredSomeOf(String field, List<String> allowed) {
    return optionalOneOrMoreOf(field, allowed).orElseGet(() -> reportMissing(field, List.of()));
  }

  /** Like {@link #requiredSomeOf}, for a field that may be missing. */
  public Optional<List<String>> optionalOneOrMoreOf(String field, List<String> allowed) {
    return findValue(field)
        .map(
            value -> {
              var words = new HashSet<String>();
              value.forEach(word -> words.add(word.isTextual() ? word.asText() : ""));
              boolean good = value.isArray() && !words.isEmpty() && allowed.containsAll(words);
              checkField(
                  field, good, "must be a list of one or more of " + String.join(", ", allowed));
              return allowed.stream().filter(words::contains).toList();
            });
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
}
