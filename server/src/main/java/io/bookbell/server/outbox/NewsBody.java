package io.bookbell.server.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;

/**
 * What people are told, as it is stored with an item: a kind, and details from which a sentence is
 * made.
 */
public record NewsBody(String kind, JsonNode details) {

  /** Returns the stored form. */
  public static String of(String kind, Object details) {
    return Json.writeAsString(new StoredBody(kind, details));
  }

  private record StoredBody(String kind, Object details) {}

  /** Reads the stored form. */
  public static NewsBody parse(String body) {
    try {
      JsonNode json = Json.readTree(body);
      return new NewsBody(json.path("kind").asText(), json.path("details"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A stored item isn't JSON", e);
    }
  }
}
