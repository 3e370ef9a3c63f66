package io.bookbell.server.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Replaces people's names in stored JSON, wherever a person's id stands beside it: {@code
 * supporter_name} beside {@code supporter_id}. Immutable.
 */
public record NameEraser(Set<Long> people, String replacement) {
  private static final String ID = "_id";
  private static final String RESPONDER = "responded_by";
  private static final String SUPPORTER_NAME = "supporter_name";

  public NameEraser {
    people = Set.copyOf(people);
  }

  /** Returns the new text; empty if nothing is to be replaced. */
  public Optional<String> eraseIn(String json) {
    if (people.stream().noneMatch(person -> json.contains(":" + person))) {
      return Optional.empty();
    }
    try {
      JsonNode root = Json.readTree(json);
      return eraseIn(root) ? Optional.of(Json.writeAsString(root)) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty(); // not ours
    }
  }

  private boolean eraseIn(JsonNode node) {
    boolean erased = node instanceof ObjectNode object && eraseBeforeDetails(object);
    for (JsonNode child : node) {
      erased |= eraseIn(child);
    }
    boolean erasedHere = node instanceof ObjectNode object && eraseBesideIds(object);
    return erased || erasedHere;
  }

  /**
   * A notification also has the name at the beginning of an English sentence, and without an id.
   * Only its details tell which name it was, so they are erased after that.
   */
  private boolean eraseBeforeDetails(ObjectNode object) {
    boolean erased = false;
    for (Map.Entry<String, JsonNode> field : object.path("details").properties()) {
      JsonNode name = object.path("details").path(nameBeside(field.getKey()));
      if (isPerson(field.getValue()) && name.isTextual()) {
        erased |= eraseInSentence(object, name.asText());
      }
    }
    return erased;
  }

  private boolean eraseInSentence(ObjectNode object, String name) {
    String text = object.path("text").asText();
    boolean begins = text.startsWith(name + " ") && !name.equals(replacement);
    if (begins) {
      object.put("text", replacement + text.substring(name.length()));
    }
    boolean named =
        object.path(SUPPORTER_NAME).asText().equals(name) && replaceName(object, SUPPORTER_NAME);
    return begins || named;
  }

  private boolean eraseBesideIds(ObjectNode object) {
    boolean erased = false;
    for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
      if (isPerson(field.getValue())) {
        erased |= replaceName(object, nameBeside(field.getKey()));
      }
    }
    return erased;
  }

  private boolean isPerson(JsonNode value) {
    return value.isIntegralNumber() && people.contains(value.asLong());
  }

  private static String nameBeside(String field) {
    return field.equals(RESPONDER)
        ? RESPONDER + "_name"
        : field.endsWith(ID) ? field.substring(0, field.length() - ID.length()) + "_name" : "";
  }

  private boolean replaceName(ObjectNode object, String field) {
    JsonNode name = object.get(field);
    if (name == null || !name.isTextual() || name.asText().equals(replacement)) {
      return false;
    }
    object.put(field, replacement);
    return true;
  }
}
