package io.bookbell.server.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.OutboxItem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a creator's chat says about an item, unless the creator has worded it. Stateless. */
final class WebhookTexts {
  private WebhookTexts() {}

  /** Returns the usual sentence for an item of a creator's webhook. */
  static String sentence(String event, JsonNode body) {
    var template =
        switch (event) {
          case "request_created" -> "{supporter} requested “{title}” by {author}";
          case "request_withdrawn" -> "{supporter} withdrew “{title}”";
          case "reply_added" -> "There is a new reply about “{title}”";
          case "request_answered" ->
              switch (body.at("/book_request/status").asText()) {
                case "approved" -> "“{title}” was approved for {supporter}";
                case "rejected" -> "“{title}” was declined for {supporter}";
                case "completed" -> "“{title}” is ready for {supporter}";
                default -> "“{title}” has a new status: {status}";
              };
          case WebhookService.TEST ->
              "This is a test from Bookbell: {supporter} requested “{title}”";
          default -> "There is news about “{title}”";
        };
    return new WebhookTemplate(template).fill(body);
  }

  /** Returns what a template says about an invented request. */
  static String fillExample(String template) {
    return new WebhookTemplate(template).fill(WebhookExample.forPreview());
  }

  /** Returns what a program gets of an item of a creator's webhook. */
  static Map<String, Object> contentOf(OutboxItem item) {
    Map<String, Object> content = commonContent(item);
    bodyOf(item)
        .properties()
        .forEach(property -> content.put(property.getKey(), property.getValue()));
    return content;
  }

  /** Returns what a program gets of every item. */
  static Map<String, Object> commonContent(OutboxItem item) {
    var content = new LinkedHashMap<String, Object>();
    content.put("id", item.id());
    content.put("event", item.event());
    content.put("created_at", item.createdAt());
    Optional.ofNullable(item.creator()).ifPresent(creator -> content.put("creator_id", creator));
    return content;
  }

  static JsonNode bodyOf(OutboxItem item) {
    return parse(item.body());
  }

  /** Reads the body of an item. */
  static JsonNode parse(String body) {
    try {
      return Json.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A stored item isn't JSON", e);
    }
  }
}
