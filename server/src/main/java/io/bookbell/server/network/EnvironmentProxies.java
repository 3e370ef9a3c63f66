package io.bookbell.server.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Selects the proxy for outgoing calls by the usual environment variables {@code HTTPS_PROXY},
 * {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in upper or lower case. Immutable.
 */
public final class EnvironmentProxies extends ProxySelector {
  private static final int DEFAULT_PORT = 80;

  private final Map<String, String> environment;

  public EnvironmentProxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public List<Proxy> select(@Nullable URI uri) {
    if (uri == null
        || uri.getHost() == null
        || isExcepted(uri.getHost().toLowerCase(Locale.ROOT))) {
      return List.of(Proxy.NO_PROXY);
    }
    String name = "https".equalsIgnoreCase(uri.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
    return List.of(
        findVariable(name)
            .or(() -> findVariable("ALL_PROXY"))
            .flatMap(EnvironmentProxies::parseProxy)
            .orElse(Proxy.NO_PROXY));
  }

  private static Optional<Proxy> parseProxy(String text) {
    try {
      URI address = URI.create(text.contains("://") ? text : "http://" + text);
      int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
      return Optional.ofNullable(address.getHost())
          .map(host -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no address, or a port above 65535
    }
  }

  /** A name in the list also matches its subdomains; {@code *} matches every host. */
  private boolean isExcepted(String host) {
    return findVariable("NO_PROXY").stream()
        .flatMap(list -> Arrays.stream(list.split("[,\\s]+", -1)))
        .map(each -> each.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
        .filter(each -> !each.isEmpty())
        .anyMatch(
            each ->
                each.equals("*")
                    || host.equals(each)
                    || host.endsWith("." + each)
                    || isInRange(host, each));
  }

  private static boolean isInRange(String host, String range) {
    return AddressRange.parse(range)
        .flatMap(found -> IpAddresses.parse(host).map(found::contains))
        .orElse(false);
  }

  private Optional<String> findVariable(String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT))))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  @Override
  public void connectFailed(
      @Nullable URI uri, @Nullable SocketAddress address, @Nullable IOException failure) {
    // the call itself fails and reports it
  }
}
