package io.bookbell.server.http;

import io.bookbell.server.network.PublicUrl;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cookies that this server sets: host-only and out of reach of scripts. Their names and paths
 * separate installations that share a host. With TLS, a name prefix ({@code __Host-}, or {@code
 * __Secure-} under a path) keeps other sites of the domain from setting them, so under an https URL
 * no other names count. Elsewhere, cookies set under a former name are still read. Immutable.
 */
public final class ServerCookies {
  private static final String DEFAULT_PREFIX = "bookbell";
  private static final String SESSION = "_session";
  private static final String DEVICE = "_device";
  private static final String SIGN_IN = "_sign_in";
  private static final Duration DEVICE_LIFETIME = Duration.ofDays(365);

  private final String path;
  private final CookieNames session;
  private final CookieNames device;
  private final CookieNames signIn;

  private ServerCookies(
      String session, String device, String signIn, Optional<PublicUrl> publicUrl) {
    String basePath = publicUrl.map(PublicUrl::path).orElse("");
    this.path = basePath + "/";
    boolean always = publicUrl.filter(PublicUrl::isSecure).isPresent();
    String prefix = basePath.isEmpty() ? "__Host-" : "__Secure-";
    this.session = new CookieNames(session, prefix + session, DEFAULT_PREFIX + SESSION, always);
    this.device = new CookieNames(device, prefix + device, DEFAULT_PREFIX + DEVICE, always);
    this.signIn = new CookieNames(signIn, prefix + signIn, DEFAULT_PREFIX + SIGN_IN, always);
  }

  /**
   * Creates the cookies of an installation.
   *
   * @param name the name of the session cookie; empty for the default, with the port if that is
   *     unusual
   * @param publicUrl the URL of this server; empty to derive it from each request
   */
  public static ServerCookies of(Optional<String> name, Optional<PublicUrl> publicUrl) {
    if (name.isPresent()) {
      return new ServerCookies(name.get(), name.get() + DEVICE, name.get() + SIGN_IN, publicUrl);
    }
    String port =
        publicUrl
            .map(PublicUrl::origin)
            .filter(origin -> !origin.hasWebPort())
            .map(origin -> "_" + origin.port())
            .orElse("");
    return new ServerCookies(
        DEFAULT_PREFIX + SESSION + port,
        DEFAULT_PREFIX + DEVICE + port,
        DEFAULT_PREFIX + SIGN_IN + port,
        publicUrl);
  }

  /**
   * A cookie of a request.
   *
   * @param name the name under which it was found
   */
  record ReceivedCookie(String name, String value) {}

  Optional<ReceivedCookie> findSession(HttpServerRequest request) {
    return session.findIn(request);
  }

  /**
   * The headers that expire a session cookie of a time without TLS, which isn't read any more; none
   * if the request has none. It would stay in the browser, without protection.
   */
  List<String> expireUnread(HttpServerRequest request) {
    return session.alwaysPrefixed && request.getCookie(session.plain) != null
        ? expireFormerName(session.plain, true)
        : List.of();
  }

  Optional<String> findDevice(HttpServerRequest request) {
    return device.findIn(request).map(ReceivedCookie::value);
  }

  /**
   * Finds the cookie under no other name than the one under which it is set, because with TLS only
   * this server can set it.
   */
  Optional<String> findSignIn(HttpServerRequest request, boolean secure) {
    return CookieNames.findCookie(request, signIn.currentName(secure)).map(ReceivedCookie::value);
  }

  /** Creates cookies for a client with or without TLS. */
  public CookieSetter setterFor(boolean secure) {
    return new CookieSetter(this, secure);
  }

  /**
   * The headers that expire a session cookie found under another name than it has now; none if the
   * name is current. A cookie without TLS has the path of this server, one of earlier releases has
   * none, and they may share a name.
   */
  List<String> expireFormerName(String name, boolean secure) {
    return name.equals(session.currentName(secure)) || name.equals(session.prefixed)
        ? List.of()
        : Stream.of(path, "/")
            .distinct()
            .map(each -> formatCookie(name, "", each, Duration.ZERO, secure))
            .toList();
  }

  /**
   * Formats {@code Set-Cookie} headers for one client.
   *
   * @param secure whether the browser may send the cookies over TLS only
   */
  public record CookieSetter(ServerCookies cookies, boolean secure) {
    /** Sets or renews the session cookie. */
    public String sessionCookie(String token, Duration lifetime) {
      return formatCookie(
          cookies.session.currentName(secure), token, cookies.path, lifetime, secure);
    }

    public String expiredSessionCookie() {
      return sessionCookie("", Duration.ZERO);
    }

    /**
     * Remembers a sign-in at another server that has begun.
     *
     * @param lifetime zero to forget it
     */
    public String signInCookie(String value, Duration lifetime) {
      return formatCookie(
          cookies.signIn.currentName(secure), value, cookies.path, lifetime, secure);
    }

    /** Marks a device on which somebody has signed in before; see {@code KnownDevices}. */
    public String deviceCookie(String value) {
      return formatCookie(
          cookies.device.currentName(secure), value, cookies.path, DEVICE_LIFETIME, secure);
    }
  }

  private static String formatCookie(
      String name, String value, String path, Duration lifetime, boolean secure) {
    return "%s=%s; Path=%s; Max-Age=%d; HttpOnly; SameSite=Lax%s"
        .formatted(name, value, path, lifetime.toSeconds(), secure ? "; Secure" : "");
  }

  /**
   * The names of one cookie.
   *
   * @param plain without TLS
   * @param prefixed with TLS
   * @param former in earlier releases
   * @param alwaysPrefixed whether every client uses TLS
   */
  private record CookieNames(String plain, String prefixed, String former, boolean alwaysPrefixed) {
    String currentName(boolean secure) {
      return secure ? prefixed : plain;
    }

    /**
     * Finds the cookie under its newest name. Without an https URL, all names are tried, because a
     * proxy may fail to say that a client uses TLS.
     */
    Optional<ReceivedCookie> findIn(HttpServerRequest request) {
      return allNames().stream().flatMap(name -> findCookie(request, name).stream()).findFirst();
    }

    private List<String> allNames() {
      return alwaysPrefixed
          ? List.of(prefixed)
          : Stream.of(prefixed, plain, former).distinct().toList();
    }

    private static Optional<ReceivedCookie> findCookie(HttpServerRequest request, String name) {
      Cookie cookie = request.getCookie(name);
      return Optional.ofNullable(cookie).map(each -> new ReceivedCookie(name, each.getValue()));
    }
  }
}
