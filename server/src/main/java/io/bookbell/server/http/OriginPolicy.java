package io.bookbell.server.http;

import io.bookbell.server.http.TrustedProxies.ForwardedValues;
import io.bookbell.server.network.ClientAddress;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.network.WebOrigin;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * Decides which origins may send requests with the session cookie, and determines the URL at which
 * clients reach this server. Thread-safe.
 */
public final class OriginPolicy {
  private static final WebOrigin LOCALHOST = new WebOrigin("http", "localhost", 80);

  private final Optional<PublicUrl> publicUrl;
  private final List<WebOrigin> allowed;
  private final TrustedProxies proxies;
  private final RefusedOrigins refused;

  /**
   * Creates the policy.
   *
   * @param publicUrl the URL of this server; empty to derive it from each request
   * @param allowed origins allowed in addition to the server's own
   * @param proxies the proxies whose headers describe the original request
   */
  public OriginPolicy(
      Optional<PublicUrl> publicUrl, List<WebOrigin> allowed, TrustedProxies proxies) {
    this.publicUrl = publicUrl;
    this.allowed = List.copyOf(allowed);
    this.proxies = proxies;
    this.refused = new RefusedOrigins(publicUrl.isPresent());
  }

  /** Whether pages of other origins may use the API. */
  boolean hasOtherOrigins() {
    return !allowed.isEmpty();
  }

  /** Whether the request comes from a page of another origin that is allowed. */
  boolean isOther(HttpServerRequest request) {
    return Optional.ofNullable(request.getHeader("Origin"))
        .flatMap(WebOrigin::parse)
        .filter(allowed::contains)
        .isPresent();
  }

  PublicUrl publicUrl(HttpServerRequest request) {
    return publicUrl.orElseGet(() -> new PublicUrl(requestOrigin(request)));
  }

  /** Whether the client uses TLS, to this server or to a trusted proxy. */
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

  /** The origin according to an untrusted proxy's headers, if these would make a difference. */
  private Optional<WebOrigin> claimedOrigin(HttpServerRequest request) {
    ForwardedValues claimed = TrustedProxies.claimedValues(request);
    return publicUrl.isPresent() || claimed.equals(ForwardedValues.NOTHING)
        ? Optional.empty()
        : requestOrigin(request, claimed);
  }

  /** The address of the client, behind trusted proxies. */
  public ClientAddress clientAddress(HttpServerRequest request) {
    return proxies.clientAddress(request);
  }

  /**
   * Whether a request may be authenticated by its credentials, judging by its {@code Origin}
   * header.
   *
   * @param byCookie whether the credentials are a cookie. Browsers send cookies by themselves, so
   *     the header is required then
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
