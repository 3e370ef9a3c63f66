package io.bookbell.server.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsTarget;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A webhook as its creator sees it, without the secret.
 *
 * @param name by which the creator knows it; null for none
 * @param template what a chat message says; null for the usual sentence, and for a webhook that
 *     isn't a chat
 * @param active false once the receiver has said that the address is gone
 * @param failures failed attempts since the last success
 * @param failingSince null while there are none
 */
public record Webhook(
    long id,
    UserId creatorId,
    WebhookKind kind,
    @Nullable String name,
    String url,
    List<NewsEvent> events,
    @Nullable String template,
    boolean active,
    Instant createdAt,
    int failures,
    @Nullable Instant failingSince,
    @Nullable String lastError) {

  static Webhook of(NewsTarget target, UserId creator, List<NewsEvent> events) {
    WebhookDetails webhookDetails = WebhookDetails.parse(target.details());
    return new Webhook(
        target.id(),
        creator,
        webhookDetails.kind,
        webhookDetails.name,
        target.address(),
        events,
        webhookDetails.template,
        target.verified(),
        target.createdAt(),
        target.failures(),
        target.failingSince(),
        target.lastError());
  }

  /**
   * What is stored with a webhook's target.
   *
   * @param secret the key of the signatures
   */
  record WebhookDetails(
      WebhookKind kind, String secret, @Nullable String template, @Nullable String name) {
    static final int MIN_SECRET_LENGTH = 16;
    static final int MAX_SECRET_LENGTH = 200;

    /** Reads the stored form. */
    static WebhookDetails parse(String details) {
      try {
        JsonNode json = Json.readTree(details);
        return new WebhookDetails(
            WebhookKind.of(json.path("kind").asText("webhook")),
            json.path("secret").asText(""),
            json.path("template").textValue(),
            json.path("name").textValue());
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("The details of a webhook aren't JSON", e);
      }
    }

    /** Returns the stored form. */
    String stored() {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("kind", kind);
      fields.put("secret", secret);
      Optional.ofNullable(template).ifPresent(text -> fields.put("template", text));
      Optional.ofNullable(name).ifPresent(text -> fields.put("name", text));
      return Json.writeAsString(fields);
    }

    /** Changes the texts that are given; empty ones are removed. */
    WebhookDetails withTexts(Optional<String> newName, Optional<String> newTemplate) {
      return new WebhookDetails(kind, secret, textOr(newTemplate, template), textOr(newName, name));
    }

    private static @Nullable String textOr(Optional<String> changed, @Nullable String before) {
      return changed.isEmpty() ? before : changed.filter(text -> !text.isBlank()).orElse(null);
    }
  }
}
