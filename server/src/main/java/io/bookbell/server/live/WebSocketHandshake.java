package io.bookbell.server.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.bookbell.server.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The server side of the WebSocket opening handshake, RFC 6455 section 4.2. Stateless. */
final class WebSocketHandshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int NONCE_BYTES = 16;
  private static final String KEY = "Sec-WebSocket-Key";
  private static final String VERSION = "13";

  private WebSocketHandshake() {}

  /**
   * Rejects a request that isn't a valid handshake.
   *
   * @throws Problem 426 for a plain request or another version, 400 for an invalid key
   */
  static void requireHandshake(HttpServerRequest request) {
    if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
        || !hasToken(request.getHeader("Connection"), "upgrade")) {
      throw upgradeRequired("This is a WebSocket endpoint: connect with ws:// or wss://.");
    }
    if (!VERSION.equals(request.getHeader("Sec-WebSocket-Version"))) {
      throw upgradeRequired("Only version 13 of the WebSocket protocol is supported.");
    }
    if (!isNonce(request.getHeader(KEY))) {
      throw Problem.validationFailed(KEY, "must be 16 bytes in base64");
    }
  }

  private static Problem upgradeRequired(String detail) {
    return Problem.of(426, "upgrade_required", "Upgrade required", detail);
  }

  private static boolean hasToken(@Nullable String header, String token) {
    return header != null
        && Arrays.stream(header.toLowerCase(Locale.ROOT).split(",", -1))
            .map(String::strip)
            .anyMatch(token::equals);
  }

  private static boolean isNonce(@Nullable String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == NONCE_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Adds the headers of the 101 response, which {@code toNetSocket} then sends. */
  static void writeUpgradeHeaders(HttpServerRequest request) {
    request
        .response()
        .putHeader("Upgrade", "websocket")
        .putHeader("Connection", "Upgrade")
        .putHeader(
            "Sec-WebSocket-Accept", computeAcceptKey(requireNonNull(request.getHeader(KEY))));
  }

  private static String computeAcceptKey(String key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-1", e);
    }
  }
}
