package io.bookbell.server.network;

import java.util.Set;

/** The usual names of this computer. Traffic to it needs no encryption. Stateless. */
public final class LocalHosts {
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  private LocalHosts() {}

  /**
   * Returns whether a host in a setting or URL is this computer, without a DNS lookup. Other
   * spellings, such as {@code 127.1}, don't count.
   */
  public static boolean contain(String host) {
    return NAMES.contains(host);
  }
}
