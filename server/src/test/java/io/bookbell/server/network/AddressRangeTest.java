package io.bookbell.server.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.1.2, true",
    "10.1.2.3/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.8, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "0.0.0.0/0, 198.51.100.1, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fe00::1, false",
    "2001:db8::/33, 2001:db8:8000::, false",
    "[2001:db8::1], 2001:DB8:0:0::1, true",
    "::ffff:10.0.0.0/104, 10.9.9.9, true",
    "10.0.0.0/8, ::ffff:10.9.9.9, true"
  })
  void containsTheAddressesThatShareItsPrefix(String range, String address, boolean contained) {
    var found = AddressRange.parse(range).orElseThrow();

    assertThat(found.contains(IpAddresses.parse(address).orElseThrow())).isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "proxy", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::1/129"})
  void whatIsNoRangeIsRefused(String text) {
    assertThat(AddressRange.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "::ffff:192.0.2.1, 192.0.2.1",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
    "2001:db8:1:2::9, 2001:db8:1:2::/64"
  })
  void limitsCountIpv6ClientsByTheirNetwork(String address, String network) {
    var client = new ClientAddress(IpAddresses.parse(address).orElseThrow());

    assertThat(client.networkKey()).isEqualTo(network);
  }
}
