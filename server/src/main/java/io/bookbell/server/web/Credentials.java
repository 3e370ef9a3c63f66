package io.bookbell.server.web;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a request brings along to say who is asking.
 *
 * @param token of a session
 * @param cookie the name of the cookie in which a browser sent it by itself, so that the page that
 *     asks must be one of ours; empty: it came otherwise
 */
public record Credentials(String token, Optional<String> cookie) {
  private static final String BEARER = "Bearer ";

  /** What a token of ours looks like; a JWT has dots and belongs to a proxy in front. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  /**
   * A bearer token wins over the cookie: only somebody who means it sends one. A token that cannot
   * be ours does not count, nor does another scheme.
   */
  public static Optional<Credentials> of(HttpServerRequest request, ServerCookies serverCookies) {
    String header = request.getHeader("Authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      String token = header.substring(BEARER.length()).strip();
      if (TOKEN.matcher(token).matches()) {
        return Optional.of(new Credentials(token, Optional.empty()));
      }
    }
    return ofCookie(request, serverCookies);
  }

  /** The session that a browser sends by itself. */
  static Optional<Credentials> ofCookie(HttpServerRequest request, ServerCookies serverCookies) {
    return serverCookies
        .findSession(request)
        .map(
            receivedCookie ->
                new Credentials(receivedCookie.value(), Optional.of(receivedCookie.name())));
  }

  public boolean isFromCookie() {
    return cookie.isPresent();
  }
}
