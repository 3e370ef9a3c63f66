package io.bookbell.server.http;

import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.ClientAddress;
import io.bookbell.server.network.IpAddresses;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The trusted proxies, and the client address, scheme and host that their headers report. No other
 * class reads these headers. Thread-safe.
 *
 * <p>{@code X-Forwarded-*} takes precedence over {@code Forwarded}, because most proxies set the
 * former and pass the latter on as the client sent it.
 */
public final class TrustedProxies {
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";
  private static final String HOST = "X-Forwarded-Host";
  private static final String PORT = "X-Forwarded-Port";
  private static final InetAddress UNKNOWN = IpAddresses.parse("0.0.0.0").orElseThrow();

  private final List<AddressRange> ranges;

  public TrustedProxies(List<AddressRange> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /** The address of the client: the rightmost hop that isn't a trusted proxy. */
  public ClientAddress clientAddress(HttpServerRequest request) {
    InetAddress peer = peerAddress(request);
    if (!isTrusted(peer)) {
      return new ClientAddress(peer);
    }
    List<String> hops =
        hasXForwarded(request)
            ? headerValues(request, FOR)
            : forwardedHops(request).stream().map(hop -> hop.getOrDefault("for", "")).toList();
    InetAddress client = peer;
    for (String hop : hops.reversed()) {
      Optional<InetAddress> address = IpAddresses.parseWithPort(hop);
      if (address.isEmpty()) {
        break; // obfuscated or invalid, so hops further left can't be trusted
      }
      client = address.get();
      if (!isTrusted(client)) {
        break;
      }
    }
    return new ClientAddress(client);
  }

  /** The values in a request's headers if its peer is trusted, and none otherwise. */
  ForwardedValues trustedValues(HttpServerRequest request) {
    return isTrusted(peerAddress(request)) ? claimedValues(request) : ForwardedValues.NOTHING;
  }

  /** The values in a request's headers, trusted or not. */
  static ForwardedValues claimedValues(HttpServerRequest request) {
    if (hasXForwarded(request)) {
      return new ForwardedValues(
          firstValue(request, PROTO), firstValue(request, HOST), firstValue(request, PORT));
    }
    List<Map<String, String>> hops = forwardedHops(request);
    return new ForwardedValues(
        firstValue(hops, "proto"), firstValue(hops, "host"), Optional.empty());
  }

  /** The address at the other end of the connection. */
  static InetAddress peerAddress(HttpServerRequest request) {
    SocketAddress remote = request.remoteAddress();
    String address = remote == null ? null : remote.hostAddress();
    return address == null ? UNKNOWN : IpAddresses.parse(address).orElse(UNKNOWN);
  }

  /** Whether a request comes directly from a trusted proxy. */
  boolean isTrustedPeer(HttpServerRequest request) {
    return isTrusted(peerAddress(request));
  }

  private boolean isTrusted(InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  private static boolean hasXForwarded(HttpServerRequest request) {
    var headers = request.headers();
    return headers.contains(FOR)
        || headers.contains(PROTO)
        || headers.contains(HOST)
        || headers.contains(PORT);
  }

  private static List<Map<String, String>> forwardedHops(HttpServerRequest request) {
    List<String> lines = request.headers().getAll("Forwarded");
    return lines.isEmpty() ? List.of() : ForwardedHeader.parse(String.join(",", lines));
  }

  private static Optional<String> firstValue(List<Map<String, String>> hops, String name) {
    return hops.stream().filter(hop -> hop.containsKey(name)).findFirst().map(hop -> hop.get(name));
  }

  private static Optional<String> firstValue(HttpServerRequest request, String header) {
    return headerValues(request, header).stream().filter(value -> !value.isEmpty()).findFirst();
  }

  private static List<String> headerValues(HttpServerRequest request, String header) {
    return request.headers().getAll(header).stream()
        .flatMap(line -> Arrays.stream(line.split(",", -1)))
        .map(String::strip)
        .toList();
  }

  /** The scheme, host and port that the client used, as reported by proxies. */
  record ForwardedValues(Optional<String> proto, Optional<String> host, Optional<String> port) {
    static final ForwardedValues NOTHING =
        new ForwardedValues(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Normalizes the scheme, since proxies also send {@code HTTPS}, and {@code wss} for a
     * WebSocket.
     */
    Optional<String> normalizedScheme() {
      return proto.flatMap(
          value ->
              switch (value.toLowerCase(Locale.ROOT)) {
                case "https", "wss" -> Optional.of("https");
                case "http", "ws" -> Optional.of("http");
                default -> Optional.empty();
              });
    }
  }
}
