package io.bookbell.server.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicAddressesTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, false",
    "127.9.9.9, false",
    "10.1.2.3, false",
    "172.31.0.1, false",
    "172.32.0.1, true",
    "192.168.1.1, false",
    "169.254.169.254, false",
    "100.64.0.1, false",
    "0.0.0.0, false",
    "224.0.0.1, false",
    "255.255.255.255, false",
    "[::], false",
    "[::1], false",
    "[fd00::1], false",
    "[fe80::1], false",
    "[::ffff:127.0.0.1], false",
    "[::7f00:1], false",
    "[64:ff9b::7f00:1], false",
    "[2002:7f00:1::], false",
    "[ff02::1], false",
    "[2606:4700::1], true",
    "1.1.1.1, true",
    "2130706433, false",
    "127.1, false",
    "localhost, false",
    "nowhere.invalid, false"
  })
  void privateAddressesAreNotPublicHoweverTheyAreWritten(String host, boolean isPublic) {
    assertThat(PublicAddresses.isPublicHost(host)).isEqualTo(isPublic);
    assertThat(PublicAddresses.isPublicOrUnknown(host))
        .isEqualTo(isPublic || host.equals("nowhere.invalid"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://openlibrary.org/x      | HTTPS_PROXY=http://proxy.test:3128 | proxy.test:3128",
        "https://openlibrary.org/x      | https_proxy=proxy.test:3128        | proxy.test:3128",
        "https://openlibrary.org/x      | HTTP_PROXY=http://proxy.test:3128  | DIRECT",
        "http://openlibrary.org/x       | HTTP_PROXY=http://proxy.test       | proxy.test:80",
        "http://openlibrary.org/x       | ALL_PROXY=http://proxy.test:1      | proxy.test:1",
        "https://openlibrary.org/x      | HTTPS_PROXY=                       | DIRECT",
        "https://openlibrary.org/x      | HTTPS_PROXY=%%%                    | DIRECT",
        "https://openlibrary.org/x      | HTTPS_PROXY=p.test:1;NO_PROXY=*    | DIRECT",
        "https://a.openlibrary.org/x    | HTTPS_PROXY=p.test:1;NO_PROXY=b, .openlibrary.org |"
            + " DIRECT",
        "https://a.openlibrary.org/x    | HTTPS_PROXY=p.test:1;no_proxy=OpenLibrary.org     |"
            + " DIRECT",
        "https://myopenlibrary.org/x    | HTTPS_PROXY=p.test:1;NO_PROXY=openlibrary.org     |"
            + " p.test:1",
        "https://openlibrary.org/x      | HTTPS_PROXY=p.test:465000                         |"
            + " DIRECT",
        "https://10.1.2.3/x             | HTTPS_PROXY=p.test:1;NO_PROXY=10.0.0.0/8          |"
            + " DIRECT"
      })
  void theEnvironmentNamesTheProxy(String url, String variables, String expected) {
    Map<String, String> environment =
        Arrays.stream(variables.split(";", -1))
            .map(each -> each.split("=", 2))
            .collect(Collectors.toMap(each -> each[0], each -> each[1].strip()));

    var proxy = new EnvironmentProxies(environment).select(URI.create(url)).getFirst();

    assertThat(String.valueOf(proxy))
        .startsWith(expected.equals("DIRECT") ? "DIRECT" : "HTTP @ " + expected.split(":", 2)[0]);
    assertThat(String.valueOf(proxy))
        .endsWith(expected.equals("DIRECT") ? "DIRECT" : ":" + expected.split(":", 2)[1]);
  }
}
