package io.bookbell.server.network;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Reads IP addresses without ever asking a name server. */
public final class IpAddresses {
  private IpAddresses() {}

  /**
   * The address that a text such as {@code 192.0.2.1}, {@code 2001:db8::1} or {@code [::1]} stands
   * for; an IPv4 address that is written as an IPv6 one is an IPv4 address.
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

  /** The short form, such as {@code 2001:db8::1}, without brackets and without a zone. */
  public static String formatAddress(InetAddress address) {
    return NetUtil.bytesToIpAddress(address.getAddress());
  }

  /**
   * As {@link #parse}, of a text that may end with a port: {@code 192.0.2.1:80}, {@code [::1]:80}.
   */
  public static Optional<InetAddress> parseWithPort(String text) {
    int port = text.lastIndexOf(':');
    boolean hasPort = port > 0 && (text.charAt(port - 1) == ']' || text.indexOf(':') == port);
    return parse(hasPort ? text.substring(0, port) : text);
  }
}
