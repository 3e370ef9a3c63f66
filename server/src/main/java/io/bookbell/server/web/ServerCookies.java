package io.bookbell.server.web;

import io.bookbell.server.network.PublicUrl;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cookies that this server sets: for itself alone, out of the reach of scripts. Their names and
 * paths keep installations apart that share a host, and over TLS a prefix of the name ({@code
 * __Host-}, or {@code __Secure-} under a path) lets no other site of the domain set them. Cookies
 * that were set under an earlier name are still read. Immutable.
 */
public final class ServerCookies {
  private static final String USUAL = "bookbell";
  private static final String SESSION = "_session";
  private static final String DEVICE = "_device";
  private static final Duration DEVICE_LIFE = Duration.ofDays(365);

  private final String path;
  private final CookieNames session;
  private final CookieNames device;

  private ServerCookies(String session, String device, String basePath) {
    this.path = basePath + "/";
    String prefix = basePath.isEmpty() ? "__Host-" : "__Secure-";
    this.session = new CookieNames(session, prefix + session, USUAL + SESSION);
    this.device = new CookieNames(device, prefix + device, USUAL + DEVICE);
  }

  /**
   * The cookies of an installation.
   *
   * @param name of the session's; empty: the usual one, with the port where it is unusual
   * @param publicUrl how the server is reached; empty: as each request says
   */
  public static ServerCookies of(Optional<String> name, Optional<PublicUrl> publicUrl) {
    String basePath = publicUrl.map(PublicUrl::path).orElse("");
    if (name.isPresent()) {
      return new ServerCookies(name.get(), name.get() + DEVICE, basePath);
    }
    String port =
        publicUrl
            .map(PublicUrl::origin)
            .filter(origin -> !origin.hasWebPort())
            .map(origin -> "_" + origin.port())
            .orElse("");
    return new ServerCookies(USUAL + SESSION + port, USUAL + DEVICE + port, basePath);
  }

  /**
   * A cookie as it came.
   *
   * @param name by which it was found
   */
  record ReceivedCookie(String name, String value) {}

  Optional<ReceivedCookie> findSession(HttpServerRequest request) {
    return session.findIn(request);
  }

  Optional<String> findDevice(HttpServerRequest request) {
    return device.findIn(request).map(ReceivedCookie::value);
  }

  /** As it has to be set for a client that speaks TLS or does not. */
  public CookieSetter setterFor(boolean secure) {
    return new CookieSetter(this, secure);
  }

  /**
   * Expires a session's cookie that was found under another name than it would get now; empty when
   * it is up to date.
   */
  Optional<String> expireFormerName(String name, boolean secure) {
    return name.equals(session.currentName(secure)) || name.equals(session.prefixed)
        ? Optional.empty()
        : Optional.of(formatCookie(name, "", "/", Duration.ZERO, secure));
  }

  /**
   * Writes {@code Set-Cookie} headers for one client.
   *
   * @param secure whether the browser may send the cookies over TLS only
   */
  public record CookieSetter(ServerCookies cookies, boolean secure) {
    /** Hands out a session, or counts its life from now. */
    public String sessionCookie(String token, Duration life) {
      return formatCookie(cookies.session.currentName(secure), token, cookies.path, life, secure);
    }

    public String expiredSessionCookie() {
      return sessionCookie("", Duration.ZERO);
    }

    /** Says on which device somebody has signed in before; see {@code KnownDevices}. */
    public String deviceCookie(String value) {
      return formatCookie(
          cookies.device.currentName(secure), value, cookies.path, DEVICE_LIFE, secure);
    }
  }

  private static String formatCookie(
      String name, String value, String path, Duration life, boolean secure) {
    return "%s=%s; Path=%s; Max-Age=%d; HttpOnly; SameSite=Lax%s"
        .formatted(name, value, path, life.toSeconds(), secure ? "; Secure" : "");
  }

  /**
   * The names of one cookie.
   *
   * @param plain without TLS
   * @param prefixed over TLS
   * @param former of earlier releases
   */
  private record CookieNames(String plain, String prefixed, String former) {
    String currentName(boolean secure) {
      return secure ? prefixed : plain;
    }

    /** The newest; a proxy may forget to say that a client speaks TLS, so all are looked for. */
    Optional<ReceivedCookie> findIn(HttpServerRequest request) {
      return allNames().stream().flatMap(name -> findCookie(request, name).stream()).findFirst();
    }

    private List<String> allNames() {
      return Stream.of(prefixed, plain, former).distinct().toList();
    }

    private static Optional<ReceivedCookie> findCookie(HttpServerRequest request, String name) {
      Cookie cookie = request.getCookie(name);
      return Optional.ofNullable(cookie).map(each -> new ReceivedCookie(name, each.getValue()));
    }
  }
}
