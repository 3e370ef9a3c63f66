package io.bookbell.server.web;

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
  private final boolean trustProxy;

  /**
   * Creates the rules.
   *
   * @param publicUrl how the server is reached; empty: as each request says
   * @param allowed origins of further pages, besides the server's own
   * @param trustProxy whether X-Forwarded-Proto and X-Forwarded-Host say the truth
   */
  public Origins(Optional<String> publicUrl, List<String> allowed, boolean trustProxy) {
    this.publicUrl = publicUrl;
    this.allowed = List.copyOf(allowed);
    this.trustProxy = trustProxy;
  }

  String publicUrl(HttpServerRequest request) {
    return publicUrl.orElseGet(() -> scheme(request) + "://" + host(request));
  }

  private String scheme(HttpServerRequest request) {
    String forwarded = trustProxy ? request.getHeader("X-Forwarded-Proto") : null;
    return "https".equals(forwarded) || request.isSSL() ? "https" : "http";
  }

  private String host(HttpServerRequest request) {
    String forwarded = trustProxy ? request.getHeader("X-Forwarded-Host") : null;
    if (forwarded != null) {
      return forwarded;
    }
    String host = request.getHeader("Host");
    return host == null ? "localhost" : host;
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
