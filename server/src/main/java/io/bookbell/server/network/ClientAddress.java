package io.bookbell.server.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The IP address from which a request was sent, as far as it can be trusted. Immutable.
 *
 * @param address the client's own address, or that of the last hop before the trusted proxies
 */
public record ClientAddress(InetAddress address) {
  private static final int NETWORK_BYTES = 8;

  /** The address for display, such as {@code 192.0.2.1} or {@code 2001:db8::1}. */
  public String displayText() {
    return IpAddresses.formatAddress(address);
  }

  /**
   * The key for limits per client: the address itself for IPv4, its /64 network for IPv6, because a
   * provider's customer usually has at least that.
   */
  public String networkKey() {
    if (address instanceof Inet4Address) {
      return displayText();
    }
    byte[] network = address.getAddress();
    Arrays.fill(network, NETWORK_BYTES, network.length, (byte) 0);
    try {
      return IpAddresses.formatAddress(InetAddress.getByAddress(network)) + "/64";
    } catch (UnknownHostException e) {
      throw new IllegalStateException("An IP address of " + network.length + " bytes", e);
    }
  }
}
