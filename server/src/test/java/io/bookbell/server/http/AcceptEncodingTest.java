package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gzip                  | true
          br, GZIP;q=0.5        | true
          x-gzip                | true
          gzip ; q=0.001        | true
          gzip;q=0              | false
          gzip; q=0.000, br     | false
          br                    | false
          identity;q=1, *;q=0   | false
          ''                    | false
          gzipped               | false
          """)
  void gzipIsForWhoNamesIt(String header, boolean accepted) {
    assertThat(AcceptEncoding.acceptsGzip(header)).isEqualTo(accepted);
  }
}
