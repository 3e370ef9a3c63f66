package io.bookbell.server.http;

import io.bookbell.server.json.Json;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The response of a route.
 *
 * @param body written as JSON, except a {@link BinaryContent}; null for an empty body
 * @param headers in addition to those of every response
 * @param cookies values of {@code Set-Cookie}
 */
public record ApiResponse(
    int status, @Nullable Object body, Map<String, String> headers, List<String> cookies) {
  private ApiResponse(int status, @Nullable Object body, Map<String, String> headers) {
    this(status, body, headers, List.of());
  }

  public static ApiResponse ok(Object body) {
    return new ApiResponse(200, body, Map.of());
  }

  public static ApiResponse created(Object body) {
    return new ApiResponse(201, body, Map.of());
  }

  /** 202: the work is done later. */
  public static ApiResponse accepted(Object body) {
    return new ApiResponse(202, body, Map.of());
  }

  /** Creates a response that isn't JSON. */
  public static ApiResponse ofFile(String type, byte[] content, Map<String, String> headers) {
    return new ApiResponse(200, new BinaryContent(type, Buffer.buffer(content)), headers);
  }

  public static ApiResponse noContent() {
    return new ApiResponse(204, null, Map.of());
  }

  /** Sends a browser to another address, which it gets with GET. */
  public static ApiResponse redirect(String address) {
    return new ApiResponse(303, null, Map.of("Location", address));
  }

  /** Creates a response that isn't JSON, without copying its content. */
  public static ApiResponse ofContent(String type, Buffer content) {
    return new ApiResponse(200, new BinaryContent(type, content), Map.of());
  }

  public ApiResponse withHeader(String header, String value) {
    var all = new HashMap<>(headers);
    all.put(header, value);
    return new ApiResponse(status, body, Map.copyOf(all), cookies);
  }

  public ApiResponse withCookie(String cookie) {
    var all = new ArrayList<>(cookies);
    all.add(cookie);
    return new ApiResponse(status, body, headers, List.copyOf(all));
  }

  /** A body that isn't JSON. */
  record BinaryContent(String type, Buffer content) {}

  /** A response with its body encoded. */
  record EncodedResponse(
      int status,
      @Nullable String json,
      @Nullable BinaryContent content,
      Map<String, String> headers,
      List<String> cookies) {
    static EncodedResponse of(ApiResponse apiResponse) {
      boolean isJson = !(apiResponse.body() instanceof BinaryContent);
      return new EncodedResponse(
          apiResponse.status(),
          isJson ? encodeBody(apiResponse.body()) : null,
          apiResponse.body() instanceof BinaryContent binaryContent ? binaryContent : null,
          apiResponse.headers(),
          apiResponse.cookies());
    }

    static EncodedResponse ofJson(int status, @Nullable String json) {
      return new EncodedResponse(status, json, null, Map.of(), List.of());
    }

    private static @Nullable String encodeBody(@Nullable Object body) {
      return body == null ? null : Json.writeAsString(body);
    }
  }
}
