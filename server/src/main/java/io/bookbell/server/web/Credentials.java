package io.bookbell.server.web;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a request brings along to say who is asking.
 *
 * @param token of a session
 * @param byCookie whether a browser sent it by itself, so that the page that asks must be one of
 *     ours
 */
public record Credentials(String token, boolean byCookie) {
  public static final String COOKIE = "bookbell_session";
  private static final String BEARER = "Bearer ";

  /** What a token of ours looks like; a JWT has dots and belongs to a proxy in front. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  /**
   * A bearer token wins over the cookie: only somebody who means it sends one. A token that cannot
   * be ours does not count, nor does another scheme.
   */
  public static Optional<Credentials> of(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      String token = header.substring(BEARER.length()).strip();
      if (TOKEN.matcher(token).matches()) {
        return Optional.of(new Credentials(token, false));
      }
    }
    return ofCookie(request);
  }

  /** The session that a browser sends by itself. */
  static Optional<Credentials> ofCookie(HttpServerRequest request) {
    Cookie cookie = request.getCookie(COOKIE);
    return Optional.ofNullable(cookie).map(found -> new Credentials(found.getValue(), true));
  }
}
