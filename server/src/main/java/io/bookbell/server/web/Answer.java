package io.bookbell.server.web;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route answers.
 *
 * @param body written as JSON, but for a {@link Content}; null for none
 * @param headers besides those that every answer has
 */
public record Answer(int status, @Nullable Object body, Map<String, String> headers) {
  public static Answer ok(Object body) {
    return new Answer(200, body, Map.of());
  }

  public static Answer created(Object body) {
    return new Answer(201, body, Map.of());
  }

  /** Something else than JSON. */
  public static Answer file(String type, byte[] content, Map<String, String> headers) {
    return new Answer(200, new Content(type, Buffer.buffer(content)), headers);
  }

  public static Answer noContent() {
    return new Answer(204, null, Map.of());
  }

  /** Something else than JSON, sent as it is. */
  public static Answer content(String type, Buffer content) {
    return new Answer(200, new Content(type, content), Map.of());
  }

  public Answer with(String header, String value) {
    return new Answer(status, body, Map.of(header, value));
  }

  /** A body that is not JSON. */
  record Content(String type, Buffer content) {}

  /** An answer in its sent form. */
  record Encoded(
      int status, @Nullable String json, @Nullable Content content, Map<String, String> headers) {
    static Encoded of(Answer answer) {
      return answer.body() instanceof Content content
          ? new Encoded(answer.status(), null, content, answer.headers())
          : json(answer.status(), encode(answer.body()), answer.headers());
    }

    static Encoded json(int status, @Nullable String json, Map<String, String> headers) {
      return new Encoded(status, json, null, headers);
    }

    private static @Nullable String encode(@Nullable Object body) {
      return body == null ? null : Json.text(body);
    }
  }
}
