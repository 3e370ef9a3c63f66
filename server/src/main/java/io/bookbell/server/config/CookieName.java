package io.bookbell.server.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** Checks the name that an operator gives the session's cookie. Stateless. */
final class CookieName {
  /** A token of HTTP, as RFC 6265 has it. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

  private CookieName() {}

  /**
   * Takes a name that browsers accept.
   *
   * @throws ConfigException when it is none
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
