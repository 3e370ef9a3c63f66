package io.bookbell.server.config;

import java.net.URI;

/** The ports that addresses may have. Stateless. */
final class PortRange {
  static final int HIGHEST = 65_535;

  private PortRange() {}

  /** Whether an address has no port, or one that exists; Java parses any number. */
  static boolean permits(URI address) {
    int port = address.getPort();
    return port == -1 || (port >= 1 && port <= HIGHEST);
  }
}
