package io.bookbell.server.web;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route answers.
 *
 * @param body written as JSON; null for none
 * @param headers besides those that every answer has
 */
public record Answer(int status, @Nullable Object body, Map<String, String> headers) {
  public static Answer ok(Object body) {
    return new Answer(200, body, Map.of());
  }

  public static Answer created(Object body) {
    return new Answer(201, body, Map.of());
  }

  public static Answer noContent() {
    return new Answer(204, null, Map.of());
  }

  public Answer with(String header, String value) {
    return new Answer(status, body, Map.of(header, value));
  }

  /** An answer in its sent form. */
  record Encoded(int status, @Nullable String json, Map<String, String> headers) {
    static Encoded of(Answer answer) {
      Object body = answer.body();
      return new Encoded(answer.status(), body == null ? null : Json.text(body), answer.headers());
    }
  }
}
