package io.bookbell.server.mail;

import com.fasterxml.jackson.databind.JsonNode;

/** What is stored with an item from which a mail with a link is made. */
public record TransactionalMailDetails(JsonNode json) {
  String language() {
    return json.path("language").asText("en");
  }

  String text(String field) {
    return json.path(field).asText("");
  }
}
