package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BasePathHandlerTest {
  @ParameterizedTest
  @CsvSource({
    "/books/api/me?a=/books, /api/me?a=/books",
    "/books/, /",
    "/books, /",
    "/books?a=b, /?a=b",
    "/bookshop, /bookshop",
    "/api/me, /api/me",
    "/books/books/x, /books/x",
    "http://a.test/books/api/me?a=b, http://a.test/api/me?a=b",
    "HTTPS://a.test:8443/books, HTTPS://a.test:8443/",
    "http://a.test/bookshop, http://a.test/bookshop",
    "http://a.test, http://a.test"
  })
  void takesTheBasePathOffOnce(String address, String rest) {
    assertThat(BasePathHandler.stripBasePath("/books", address)).isEqualTo(rest);
  }
}
