package io.bookbell.server.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** Validates the name that an operator chooses for the session cookie. Stateless. */
final class CookieName {
  /** An HTTP token, as RFC 6265 requires. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

  private CookieName() {}

  /**
   * Returns the name if browsers accept it.
   *
   * @throws ConfigException if they don't
   */
  static String parse(String value) {
    String lower = value.toLowerCase(Locale.ROOT);
    if (!TOKEN.matcher(value).matches()
        || lower.startsWith("__host-")
        || lower.startsWith("__secure-")) {
      throw ConfigException.invalidValue(
          Setting.COOKIE_NAME,
          value,
          "a cookie's name such as bookbell_session: 1 to 64 letters, digits or characters of"
              + " !#$%&'*+.^_`|~-, without the __Host- or __Secure- that Bookbell adds itself");
    }
    return value;
  }
}
