package io.bookbell.server.http;

import io.bookbell.server.network.IpAddresses;
import io.bookbell.server.network.WebOrigin;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each refused origin once, with the setting that would allow it. It remembers a limited
 * number of origins and logs no more after that. Thread-safe.
 */
final class RefusedOrigins {
  private static final Logger log = LoggerFactory.getLogger(RefusedOrigins.class);
  private static final int MAX_ENTRIES = 50;
  private static final int MAX_LENGTH = 200;

  private final Set<String> told = new HashSet<>();
  private final boolean hasPublicUrl;

  RefusedOrigins(boolean hasPublicUrl) {
    this.hasPublicUrl = hasPublicUrl;
  }

  /**
   * Logs a refusal unless this origin has been logged already.
   *
   * @param own the server's own origin as far as it knows
   * @param claimed the own origin according to the headers of an untrusted proxy
   */
  void logRefusal(
      HttpServerRequest request, String origin, WebOrigin own, Optional<WebOrigin> claimed) {
    Optional<WebOrigin> page = WebOrigin.parse(origin);
    if (!rememberOrigin(page.map(WebOrigin::toString).orElse(""))) {
      return;
    }
    if (page.isEmpty()) {
      log.warn("Refused requests from pages without an origin; no setting allows them");
    } else if (page.equals(claimed)) {
      log.warn(
          "Refused the page {}: the server believes it is reached at {}. If {} is your proxy, set"
              + " BOOKBELL_TRUSTED_PROXIES={}",
          page.get(),
          own,
          IpAddresses.formatAddress(TrustedProxies.peerAddress(request)),
          IpAddresses.formatAddress(TrustedProxies.peerAddress(request)));
    } else {
      log.warn(
          "Refused the page {}: the server is reached at {}. BOOKBELL_{}={} would allow it",
          page.get(),
          own,
          hasPublicUrl ? "ALLOWED_ORIGINS" : "PUBLIC_URL",
          page.get());
    }
  }

  private synchronized boolean rememberOrigin(String origin) {
    if (told.size() >= MAX_ENTRIES || origin.length() > MAX_LENGTH || !told.add(origin)) {
      return false;
    }
    if (told.size() == MAX_ENTRIES) {
      log.warn("Further refused origins are not logged");
    }
    return true;
  }
}
