package io.bookbell.server.publish;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.publish.PublishService.Publication;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code POST /api/publish}: messages of the site's other applications. */
public final class PublishRoutes {
  private static final int MAX_TARGETS = 10_000;
  private static final int MAX_BYTES = 1 << 16;
  private static final Pattern NAME = Pattern.compile("[a-z0-9_.-]{1,64}");
  private static final String NAME_EXPECTED = "must have 1 to 64 of the characters a-z 0-9 _ . -";

  /** Names that the server itself gives to fields of every message. */
  private static final Set<String> RESERVED_FIELDS = Set.of("type", "channel", "seq");

  /** The types of Bookbell's own messages, from the server and from clients. */
  private static final Set<String> RESERVED_TYPES =
      Set.of(
          "initial_data",
          "resumed",
          "book_request_update",
          "quota_update",
          "pending_count_update",
          "notification",
          "creator_update",
          "access_changed",
          "desk_update",
          "followers_update",
          "answering",
          "pong",
          "error",
          "close",
          "ping",
          "ack",
          "auth");

  private PublishRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, PublishService publishService) {
    apiRouter.post(
        "/api/publish",
        RateLimit.PUBLISH,
        PublishRoutes::parsePublication,
        (tx, caller, publication) -> {
          requirePublisher(caller);
          return ApiResponse.accepted(publishService.publish(tx, publication));
        });
  }

  /**
   * Refuses sessions and keys of people who aren't operators, perhaps no longer.
   *
   * @throws Problem 403
   */
  private static void requirePublisher(Caller caller) {
    if (caller.key().isEmpty()) {
      throw Problem.of(
          403, "insufficient_scope", "Not allowed", "This needs a key with the scope “publish”.");
    }
    if (!caller.operator()) {
      throw Problem.forbidden("Only an operator's key may publish messages.");
    }
  }

  private static Publication parsePublication(ApiRequest apiRequest) {
    JsonBody body = apiRequest.largeJsonBody();
    var publication =
        new Publication(
            body.requiredMatch("channel", NAME, NAME_EXPECTED),
            parseType(body),
            body.requiredIds("target_user_ids", MAX_TARGETS).stream()
                .map(UserId::new)
                .collect(toSet()),
            parseFields(body),
            body.requiredBoolean("durable"));
    body.requireNoErrors();
    return publication;
  }

  private static String parseType(JsonBody body) {
    String type = body.requiredMatch("type", NAME, NAME_EXPECTED);
    body.checkField(
        "type", !RESERVED_TYPES.contains(type), "must not be one of Bookbell's own types");
    return type;
  }

  private static Map<String, JsonNode> parseFields(JsonBody body) {
    var fields = new LinkedHashMap<String, JsonNode>();
    body.requiredObject("message", MAX_BYTES)
        .properties()
        .forEach(field -> fields.put(field.getKey(), field.getValue()));
    body.checkField(
        "message",
        fields.keySet().stream().noneMatch(RESERVED_FIELDS::contains),
        "must not have a field named type, channel or seq");
    return fields;
  }
}
