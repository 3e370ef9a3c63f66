package io.bookbell.server.http;

import io.bookbell.server.network.ClientAddress;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * The program that sent a request, as it calls itself, and the address it was sent from. People
 * recognize their sessions by it.
 */
public record ClientDescription(Optional<String> userAgent, ClientAddress address) {
  public static ClientDescription of(HttpServerRequest request, OriginPolicy originPolicy) {
    return new ClientDescription(
        Optional.ofNullable(request.getHeader("User-Agent")), originPolicy.clientAddress(request));
  }
}
