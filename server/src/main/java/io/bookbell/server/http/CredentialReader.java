package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bookbell.server.http.Credentials.ProgramKey;
import io.bookbell.server.http.Credentials.ProxyUser;
import io.bookbell.server.http.Credentials.SessionToken;
import io.bookbell.server.http.Credentials.SiteToken;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads the credentials of requests: bearer tokens, cookies, and the headers of a trusted proxy.
 * Immutable.
 */
public final class CredentialReader {
  private static final String BEARER = "Bearer ";
  private static final int MAX_SITE_TOKEN_LENGTH = 16 << 10;

  /** The form of our tokens. A JWT contains dots. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  private static final Pattern JWT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[\\w-]*");

  private final ServerCookies serverCookies;
  private final ExternalCredentials external;
  private final TrustedProxies proxies;

  public CredentialReader(
      ServerCookies serverCookies, ExternalCredentials external, TrustedProxies proxies) {
    this.serverCookies = serverCookies;
    this.external = external;
    this.proxies = proxies;
  }

  /**
   * The credentials of others that are accepted.
   *
   * @param siteTokens whether tokens (JWT) of the site that people come from are accepted
   * @param tokenCookie the cookie that may carry one
   * @param userHeader the header in which a trusted proxy names the user
   */
  public record ExternalCredentials(
      boolean siteTokens, Optional<String> tokenCookie, Optional<UserHeader> userHeader) {
    public static final ExternalCredentials NONE =
        new ExternalCredentials(false, Optional.empty(), Optional.empty());
  }

  /**
   * The names of the headers that a proxy sets.
   *
   * @param email the one that contains the address; empty if it is the user's, because a header
   *     that the proxy doesn't set could be the client's
   */
  public record UserHeader(String user, Optional<String> email, String displayName) {}

  /**
   * Returns everything in the request that may say who sends it, in the order in which it counts. A
   * bearer token comes first, because it is always sent on purpose; a session of our own comes
   * before what others vouch for. A token that can't be ours is ignored, as are other schemes; what
   * begins like a key is one, even if mistyped, and nothing else counts then.
   */
  public List<Credentials> readAll(HttpServerRequest request) {
    var found = new ArrayList<Credentials>();
    Optional<String> bearer = bearerToken(request);
    if (bearer.filter(token -> token.startsWith(Credentials.KEY_PREFIX)).isPresent()) {
      return List.of(new ProgramKey(bearer.get()));
    }
    bearer.flatMap(this::ofBearer).ifPresent(found::add);
    serverCookies
        .findSession(request)
        .map(cookie -> new SessionToken(cookie.value(), Optional.of(cookie.name())))
        .ifPresent(found::add);
    siteCookie(request).ifPresent(found::add);
    proxyUser(request).ifPresent(found::add);
    return List.copyOf(found);
  }

  /** The tokens of our own sessions that a request carries. */
  List<String> sessionTokens(HttpServerRequest request) {
    return readAll(request).stream()
        .filter(SessionToken.class::isInstance)
        .map(found -> ((SessionToken) found).token())
        .toList();
  }

  private static Optional<String> bearerToken(HttpServerRequest request) {
    return Optional.ofNullable(request.getHeader("Authorization"))
        .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(header -> header.substring(BEARER.length()).strip());
  }

  private Optional<Credentials> ofBearer(String token) {
    if (TOKEN.matcher(token).matches()) {
      return Optional.of(new SessionToken(token, Optional.empty()));
    }
    return isSiteToken(token) ? Optional.of(new SiteToken(token, false)) : Optional.empty();
  }

  private boolean isSiteToken(String token) {
    return external.siteTokens
        && token.length() <= MAX_SITE_TOKEN_LENGTH
        && JWT.matcher(token).matches();
  }

  /**
   * Accepts also the form of the header, which some sites put into their cookie in quotes. Its
   * space isn't valid in a cookie, so the value is cut out of the header.
   */
  private Optional<Credentials> siteCookie(HttpServerRequest request) {
    return external
        .tokenCookie
        .flatMap(name -> findCookie(request, name))
        .map(value -> value.replace("\"", "").replaceFirst("(?i)^Bearer(?: |%20)", "").strip())
        .filter(this::isSiteToken)
        .map(token -> new SiteToken(token, true));
  }

  private static Optional<String> findCookie(HttpServerRequest request, String name) {
    return request.headers().getAll("Cookie").stream()
        .flatMap(line -> Arrays.stream(line.split(";", -1)))
        .map(String::strip)
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1))
        .findFirst();
  }

  private Optional<Credentials> proxyUser(HttpServerRequest request) {
    return external
        .userHeader
        .filter(_ -> proxies.isTrustedPeer(request))
        .flatMap(
            names ->
                header(request, names.user)
                    .map(
                        user ->
                            new ProxyUser(
                                user,
                                header(request, names.email.orElse(names.user)),
                                header(request, names.displayName))));
  }

  /** The only value of a header; if a client could add a second one, none counts. */
  private static Optional<String> header(HttpServerRequest request, String name) {
    List<String> values = request.headers().getAll(name);
    return values.size() == 1
        ? Optional.of(decodeUtf8(values.getFirst().strip())).filter(value -> !value.isEmpty())
        : Optional.empty();
  }

  /** Proxies send names in UTF-8; headers are decoded as ISO 8859-1. */
  private static String decodeUtf8(String value) {
    try {
      return StrictUtf8.decode(value.getBytes(ISO_8859_1));
    } catch (CharacterCodingException e) {
      return value;
    }
  }

  /**
   * Tries credentials in their order, until one is accepted. Those that are unknown, and those that
   * can't be checked now, don't hide the others. Fails like the last attempt.
   */
  public static <T> Future<T> tryEach(
      List<Credentials> candidates, Function<Credentials, Future<T>> attempt) {
    List<Credentials> others = candidates.subList(1, candidates.size());
    Future<T> first = Future.succeededFuture(candidates.getFirst()).compose(attempt); // or throws
    return others.isEmpty()
        ? first
        : first.recover(
            failure ->
                isUnknown(failure) ? tryEach(others, attempt) : Future.failedFuture(failure));
  }

  /** Whether a failure says nothing about other credentials of the request. */
  static boolean isUnknown(Throwable failure) {
    return Problem.findIn(failure)
        .filter(problem -> problem.status() == 401 || problem.errorCode().equals("busy"))
        .isPresent();
  }
}
