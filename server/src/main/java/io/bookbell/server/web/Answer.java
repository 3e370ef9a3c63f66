package io.bookbell.server.web;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route answers.
 *
 * @param body written as JSON, but for a {@link Content}; null for none
 * @param headers besides those that every answer has
 * @param cookies values of {@code Set-Cookie}
 */
public record Answer(
    int status, @Nullable Object body, Map<String, String> headers, List<String> cookies) {
  private Answer(int status, @Nullable Object body, Map<String, String> headers) {
    this(status, body, headers, List.of());
  }

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
    var all = new HashMap<>(headers);
    all.put(header, value);
    return new Answer(status, body, Map.copyOf(all), cookies);
  }

  public Answer withCookie(String cookie) {
    var all = new ArrayList<>(cookies);
    all.add(cookie);
    return new Answer(status, body, headers, List.copyOf(all));
  }

  /** A body that is not JSON. */
  record Content(String type, Buffer content) {}

  /** An answer in its sent form. */
  record Encoded(
      int status,
      @Nullable String json,
      @Nullable Content content,
      Map<String, String> headers,
      List<String> cookies) {
    static Encoded of(Answer answer) {
      boolean isJson = !(answer.body() instanceof Content);
      return new Encoded(
          answer.status(),
          isJson ? encode(answer.body()) : null,
          answer.body() instanceof Content content ? content : null,
          answer.headers(),
          answer.cookies());
    }

    static Encoded json(int status, @Nullable String json) {
      return new Encoded(status, json, null, Map.of(), List.of());
    }

    private static @Nullable String encode(@Nullable Object body) {
      return body == null ? null : Json.text(body);
    }
  }
}
