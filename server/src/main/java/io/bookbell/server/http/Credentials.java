package io.bookbell.server.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The credentials sent with a request.
 *
 * @param token a session's token, or a key
 * @param cookie the name of the cookie that carried the token; empty for a bearer token. Browsers
 *     send cookies by themselves, so such a request must come from an allowed origin
 */
public record Credentials(String token, Optional<String> cookie) {
  /** The beginning of every key, by which scanners for leaked secrets recognise them. */
  public static final String KEY_PREFIX = "bbk_";

  private static final String BEARER = "Bearer ";

  /** The form of our tokens. A JWT contains dots; it belongs to a proxy. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  /**
   * Reads the credentials of a request. A bearer token takes precedence over the cookie, because it
   * is always sent on purpose. A token that can't be ours is ignored, as are other schemes; what
   * begins like a key is one, even if mistyped, and is refused.
   */
  public static Optional<Credentials> of(HttpServerRequest request, ServerCookies serverCookies) {
    String header = request.getHeader("Authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      String token = header.substring(BEARER.length()).strip();
      if (token.startsWith(KEY_PREFIX) || TOKEN.matcher(token).matches()) {
        return Optional.of(new Credentials(token, Optional.empty()));
      }
    }
    return ofCookie(request, serverCookies);
  }

  /** Reads the credentials in the session cookie. */
  public static Optional<Credentials> ofCookie(
      HttpServerRequest request, ServerCookies serverCookies) {
    return serverCookies
        .findSession(request)
        .map(
            receivedCookie ->
                new Credentials(receivedCookie.value(), Optional.of(receivedCookie.name())));
  }

  public boolean isFromCookie() {
    return cookie.isPresent();
  }

  /** Whether this is the key of a program. A cookie never is one. */
  public boolean isKey() {
    return cookie.isEmpty() && token.startsWith(KEY_PREFIX);
  }
}
