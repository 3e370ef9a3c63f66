package io.bookbell.server.network;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Parses and formats IP addresses without DNS lookups. Stateless. */
public final class IpAddresses {
  private IpAddresses() {}

  /**
   * Parses an address such as {@code 192.0.2.1}, {@code 2001:db8::1} or {@code [::1]}. An
   * IPv4-mapped IPv6 address becomes an IPv4 address.
   */
  public static Optional<InetAddress> parse(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("An IP address of " + bytes.length + " bytes", e);
    }
  }

  /**
   * Formats an address in its short form, such as {@code 2001:db8::1}, without brackets or zone.
   */
  public static String formatAddress(InetAddress address) {
    return NetUtil.bytesToIpAddress(address.getAddress());
  }

  /** Like {@link #parse}, with an optional port: {@code 192.0.2.1:80}, {@code [::1]:80}. */
  public static Optional<InetAddress> parseWithPort(String text) {
    int port = text.lastIndexOf(':');
    boolean hasPort = port > 0 && (text.charAt(port - 1) == ']' || text.indexOf(':') == port);
    return parse(hasPort ? text.substring(0, port) : text);
  }
}
