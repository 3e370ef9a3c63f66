package io.bookbell.server.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells public Internet addresses from private and reserved ones. A server that follows URLs
 * supplied by others must connect to public addresses only (SSRF).
 */
public final class PublicAddresses {
  private static final List<AddressRange> RESERVED =
      Stream.concat(
              AddressRange.LOCAL.stream(),
              Stream.of(
                      "0.0.0.0/8",
                      "192.0.0.0/24",
                      "192.0.2.0/24",
                      "198.18.0.0/15",
                      "198.51.100.0/24",
                      "203.0.113.0/24",
                      "224.0.0.0/3",
                      "::/96", // unspecified, loopback and IPv4-compatible addresses
                      "64:ff9b::/96",
                      "64:ff9b:1::/48",
                      "100::/64",
                      "2001:db8::/32",
                      "2002::/16",
                      "fec0::/10",
                      "ff00::/8")
                  .map(text -> AddressRange.parse(text).orElseThrow()))
          .toList();

  private PublicAddresses() {}

  public static boolean isPublic(InetAddress address) {
    return RESERVED.stream().noneMatch(range -> range.contains(address));
  }

  /**
   * Whether a host has public addresses only. Performs a DNS lookup and blocks.
   *
   * @param host a name, or an IP address, in brackets if it contains colons
   */
  public static boolean isPublicHost(String host) {
    return isPublicHost(host, false);
  }

  /**
   * Like {@link #isPublicHost(String)}, for hosts that are reached through a proxy: a name that
   * can't be resolved here may be known to it.
   */
  public static boolean isPublicOrUnknown(String host) {
    return isPublicHost(host, true);
  }

  private static boolean isPublicHost(String host, boolean ifUnknown) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(PublicAddresses::isPublic);
    } catch (UnknownHostException e) {
      return ifUnknown;
    }
  }
}
