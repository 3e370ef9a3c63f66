package io.bookbell.server.config;

import java.util.regex.Pattern;

/**
 * Masks passwords in text that is shown: all values of settings and messages of libraries pass
 * through it before they are printed or logged. Stateless.
 */
public final class SecretRedactor {
  private static final String MASK = "***";

  /** Everything between a URL's slashes and the last @ of the same word. */
  private static final Pattern USER_INFO = Pattern.compile("(?<=//)\\S*@");

  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)((?:[a-z_.-]*password|passwd|pwd|passphrase|secret|api_?key)=)[^&\\s;,\"'”]+");

  private static final Pattern VALUE_USER_INFO = Pattern.compile("^([A-Za-z0-9+.:-]*//)?.*@");
  private static final Pattern VALUE_PARAMETER =
      Pattern.compile("(?i)((?:[a-z_.-]*password|passwd|pwd|passphrase|secret|api_?key)=)[^&]+");

  private SecretRedactor() {}

  /** Masks passwords in a text of several words, such as a message. */
  public static String redactText(String text) {
    String masked = text.indexOf('@') < 0 ? text : maskMatches(USER_INFO, text, MASK + "@");
    return text.indexOf('=') < 0 ? masked : maskMatches(PARAMETER, masked, "$1" + MASK);
  }

  /**
   * Masks the password in a whole value, even an invalid one: its password may contain spaces,
   * slashes and other special characters.
   */
  static String redactValue(String value) {
    return maskMatches(
        VALUE_PARAMETER, maskMatches(VALUE_USER_INFO, value, "$1" + MASK + "@"), "$1" + MASK);
  }

  private static String maskMatches(Pattern pattern, String text, String by) {
    return pattern.matcher(text).replaceAll(by);
  }
}
