package io.bookbell.server.config;

import java.util.regex.Pattern;

/**
 * Takes passwords out of what is shown: every value of a setting and every message of a library
 * passes through here on its way to a terminal or the log. Stateless.
 */
public final class SecretRedactor {
  private static final String MASK = "***";

  /** What stands between the slashes of an address and the last @ of the same word. */
  private static final Pattern USER_INFO = Pattern.compile("(?<=//)\\S*@");

  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)((?:[a-z_.-]*password|passwd|pwd|passphrase|secret|api_?key)=)[^&\\s;,\"'”]+");

  private static final Pattern VALUE_USER_INFO = Pattern.compile("^([A-Za-z0-9+.:-]*//)?.*@");
  private static final Pattern VALUE_PARAMETER =
      Pattern.compile("(?i)((?:[a-z_.-]*password|passwd|pwd|passphrase|secret|api_?key)=)[^&]+");

  private SecretRedactor() {}

  /** A text of several words, such as a message. */
  public static String redactText(String text) {
    String masked = text.indexOf('@') < 0 ? text : maskMatches(USER_INFO, text, MASK + "@");
    return text.indexOf('=') < 0 ? masked : maskMatches(PARAMETER, masked, "$1" + MASK);
  }

  /**
   * A whole value, however wrong it is: a password may hold spaces, slashes and further signs
   * there.
   */
  static String redactValue(String value) {
    return maskMatches(
        VALUE_PARAMETER, maskMatches(VALUE_USER_INFO, value, "$1" + MASK + "@"), "$1" + MASK);
  }

  private static String maskMatches(Pattern pattern, String text, String by) {
    return pattern.matcher(text).replaceAll(by);
  }
}
