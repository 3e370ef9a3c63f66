package io.bookbell.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks of a request's head in addition to those of the HTTP decoder. Stateless. */
final class HeadCheck {
  private static final int MAX_HOST_LENGTH = 260;

  /** A name, an IPv4 address or an IPv6 address in brackets, with an optional port. */
  private static final Pattern HOST =
      Pattern.compile("(?:[A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{0,5})?");

  /** The cause of a decoder result whose request was decoded, but has a fault in its head. */
  static final class BadHeadException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String fault;

    BadHeadException(String fault) {
      super(fault, null, false, false);
      this.fault = fault;
    }

    String faultText() {
      return fault;
    }
  }

  /** Finds the first fault in a request's head. */
  Optional<String> findFault(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    boolean isOld = isExactly(version, HttpVersion.HTTP_1_0);
    if (!isOld && !isExactly(version, HttpVersion.HTTP_1_1)) {
      return Optional.of("Only HTTP/1.1 is supported.");
    }
    if (request.headers().contains("")) {
      return Optional.of("Every header needs a name.");
    }
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty() && isOld) {
      return Optional.empty();
    }
    return hosts.size() == 1 && isHost(hosts.getFirst())
        ? Optional.empty()
        : Optional.of("Send exactly one Host header, a name or an address.");
  }

  /**
   * Whether a version was written as the specification has it. "http/1.1" and "HTTP/01.1" are equal
   * to HTTP/1.1, but Vert.x compares by identity and would answer 501.
   */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isExactly(HttpVersion version, HttpVersion expected) {
    return version == expected;
  }

  private static boolean isHost(String host) {
    if (host.length() > MAX_HOST_LENGTH || !HOST.matcher(host).matches()) {
      return false;
    }
    int port = host.lastIndexOf(':');
    boolean hasPort = port > host.lastIndexOf(']') && port < host.length() - 1;
    return !hasPort || Integer.parseInt(host.substring(port + 1)) <= 65_535;
  }
}
