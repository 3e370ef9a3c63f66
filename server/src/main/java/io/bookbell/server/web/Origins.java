package io.bookbell.server.web;

import io.bookbell.server.network.ClientAddress;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * From which pages browsers may act with the session cookie, and how this server is reached.
 * Thread-safe.
 */
public final class Origins {
  private final Optional<String> publicUrl;
  private final List<String> allowed;
  private final TrustedProxies proxies;

  /**
   * Creates the rules.
   *
   * @param publicUrl how the server is reached; empty: as each request says
   * @param allowed origins of further pages, besides the server's own
   * @param proxies whose headers say how a request came
   */
  public Origins(Optional<String> publicUrl, List<String> allowed, TrustedProxies proxies) {
    this.publicUrl = publicUrl;
    this.allowed = List.copyOf(allowed);
    this.proxies = proxies;
  }

  String publicUrl(HttpServerRequest request) {
    return publicUrl.orElseGet(() -> scheme(request) + "://" + host(request));
  }

  private String scheme(HttpServerRequest request) {
    return proxies.said(request).scheme().orElse(request.isSSL() ? "https" : "http");
  }

  private String host(HttpServerRequest request) {
    return proxies
        .said(request)
        .host()
        .or(() -> Optional.ofNullable(request.getHeader("Host")))
        .orElse("localhost");
  }

  /** The address of the client, behind the proxies that are trusted. */
  public ClientAddress clientAddress(HttpServerRequest request) {
    return proxies.clientAddress(request);
  }

  /** What a request's {@code Origin} header means. */
  private enum Verdict {
    MISSING,
    ALLOWED,
    FOREIGN
  }

  private Verdict judge(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return Verdict.MISSING;
    }
    boolean own = origin.equalsIgnoreCase(originOf(publicUrl(request)));
    boolean listed = allowed.stream().anyMatch(origin::equalsIgnoreCase);
    return own || listed ? Verdict.ALLOWED : Verdict.FOREIGN;
  }

  /**
   * Whether a request may act for whoever it says it comes from.
   *
   * @param byCookie whether it says so by a cookie, which browsers send by themselves: then its
   *     page must be one of ours
   */
  public boolean admit(HttpServerRequest request, boolean byCookie) {
    return switch (judge(request)) {
      case ALLOWED -> true;
      case MISSING -> !byCookie;
      case FOREIGN -> false;
    };
  }

  /** The URL without its path. */
  private static String originOf(String url) {
    int path = url.indexOf('/', url.indexOf("://") + 3);
    return path < 0 ? url : url.substring(0, path);
  }
}
