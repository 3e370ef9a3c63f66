package io.bookbell.server.web;

import io.bookbell.server.network.ClientAddress;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.network.WebOrigin;
import io.bookbell.server.web.TrustedProxies.ForwardedValues;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * From which pages browsers may act with the session cookie, and how this server is reached.
 * Thread-safe.
 */
public final class OriginPolicy {
  private static final WebOrigin LOCALHOST = new WebOrigin("http", "localhost", 80);

  private final Optional<PublicUrl> publicUrl;
  private final List<WebOrigin> allowed;
  private final TrustedProxies proxies;
  private final RefusedOrigins refused;

  /**
   * Creates the rules.
   *
   * @param publicUrl how the server is reached; empty: as each request says
   * @param allowed origins of further pages, besides the server's own
   * @param proxies whose headers say how a request came
   */
  public OriginPolicy(
      Optional<PublicUrl> publicUrl, List<WebOrigin> allowed, TrustedProxies proxies) {
    this.publicUrl = publicUrl;
    this.allowed = List.copyOf(allowed);
    this.proxies = proxies;
    this.refused = new RefusedOrigins(publicUrl.isPresent());
  }

  PublicUrl publicUrl(HttpServerRequest request) {
    return publicUrl.orElseGet(() -> new PublicUrl(requestOrigin(request)));
  }

  /** Whether the client speaks TLS, to us or to a proxy before us. */
  public boolean isSecure(HttpServerRequest request) {
    return publicUrl(request).isSecure();
  }

  private WebOrigin requestOrigin(HttpServerRequest request) {
    return requestOrigin(request, proxies.trustedValues(request)).orElse(LOCALHOST);
  }

  private static Optional<WebOrigin> requestOrigin(
      HttpServerRequest request, ForwardedValues forwardedValues) {
    String scheme = forwardedValues.normalizedScheme().orElse(request.isSSL() ? "https" : "http");
    return forwardedValues
        .host()
        .or(() -> Optional.ofNullable(request.getHeader("Host")))
        .flatMap(host -> WebOrigin.of(scheme, host, forwardedValues.port()));
  }

  /** What the headers of a proxy that is not trusted say, where that would make a difference. */
  private Optional<WebOrigin> claimedOrigin(HttpServerRequest request) {
    ForwardedValues claimed = TrustedProxies.claimedValues(request);
    return publicUrl.isPresent() || claimed.equals(ForwardedValues.NOTHING)
        ? Optional.empty()
        : requestOrigin(request, claimed);
  }

  /** The address of the client, behind the proxies that are trusted. */
  public ClientAddress clientAddress(HttpServerRequest request) {
    return proxies.clientAddress(request);
  }

  /**
   * Whether a request may act for whoever it says it comes from.
   *
   * @param byCookie whether it says so by a cookie, which browsers send by themselves: then its
   *     page must be one of ours
   */
  public boolean isAllowed(HttpServerRequest request, boolean byCookie) {
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return !byCookie;
    }
    WebOrigin own = publicUrl(request).origin();
    boolean admitted =
        WebOrigin.parse(origin)
            .filter(page -> page.equals(own) || allowed.contains(page))
            .isPresent();
    if (!admitted) {
      refused.logRefusal(request, origin, own, claimedOrigin(request));
    }
    return admitted;
  }
}
