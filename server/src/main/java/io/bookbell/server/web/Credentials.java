package io.bookbell.server.web;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

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

  /** A bearer token wins over the cookie: only somebody who means it sends one. */
  public static Optional<Credentials> of(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(new Credentials(header.substring(BEARER.length()).strip(), false));
    }
    Cookie cookie = request.getCookie(COOKIE);
    return Optional.ofNullable(cookie).map(found -> new Credentials(found.getValue(), true));
  }
}
