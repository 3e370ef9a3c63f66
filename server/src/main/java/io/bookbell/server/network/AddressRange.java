package io.bookbell.server.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A range of IP addresses in CIDR notation. Immutable.
 *
 * @param start any address in the range
 * @param prefixLength the number of leading bits that all addresses in the range share
 */
public record AddressRange(InetAddress start, int prefixLength) {
  /** Loopback, private and link-local networks, from which a proxy on the same site connects. */
  public static final List<AddressRange> LOCAL =
      Stream.of(
              "127.0.0.0/8",
              "10.0.0.0/8",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "169.254.0.0/16",
              "100.64.0.0/10",
              "::1",
              "fc00::/7",
              "fe80::/10")
          .map(text -> parse(text).orElseThrow())
          .toList();

  /** Parses {@code 10.0.0.0/8}, {@code fd00::/8} or a single address. */
  public static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    return IpAddresses.parse(address)
        .flatMap(
            start -> {
              int bits = start.getAddress().length * 8;
              boolean mapped = start instanceof Inet4Address && address.indexOf(':') >= 0;
              int prefix =
                  slash < 0
                      ? bits
                      : parsePrefixLength(text.substring(slash + 1)) - (mapped ? 96 : 0);
              return prefix >= 0 && prefix <= bits
                  ? Optional.of(new AddressRange(start, prefix))
                  : Optional.empty();
            });
  }

  private static int parsePrefixLength(String digits) {
    return digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
  }

  /** Whether the address is in this range. An address of the other IP version never is. */
  public boolean contains(InetAddress address) {
    byte[] mine = start.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < prefixLength; bit++) {
      int mask = 0x80 >> (bit % 8);
      if ((mine[bit / 8] & mask) != (other[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
