package io.bookbell.server.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of further OpenID Connect providers, such as {@code BOOKBELL_OIDC_2_ISSUER}. Those
 * of the first have no number. Confined to one thread.
 */
final class NumberedSettings {
  /** The highest number of a provider. */
  static final int MAX_NUMBER = 9;

  private static final Pattern NAME =
      Pattern.compile(
          "BOOKBELL_OIDC_([2-"
              + MAX_NUMBER
              + "])_(ISSUER|CLIENT_ID|CLIENT_SECRET|SCOPES|NAME|AUTO_JOIN)");

  private final Map<String, String> values = new HashMap<>();

  static boolean isNumbered(String name) {
    return NAME.matcher(name).matches();
  }

  static boolean isSecret(String name) {
    return isNumbered(name) && name.endsWith("_SECRET");
  }

  /** Stores a value, which replaces an earlier one. Returns false if the name isn't numbered. */
  boolean putIfNumbered(String name, String value) {
    if (isNumbered(name)) {
      values.put(name, value.strip());
      return true;
    }
    return false;
  }

  /**
   * The name of a provider's setting, such as that of {@link Setting#OIDC_ISSUER} of the second.
   */
  static String nameOf(Setting setting, int number) {
    return number == 1
        ? setting.variableName()
        : setting
            .variableName()
            .replaceFirst("OIDC_", Matcher.quoteReplacement("OIDC_" + number + "_"));
  }

  /** The value of a provider's setting, unless it is blank or missing. */
  Optional<String> findText(Setting setting, int number) {
    return Optional.ofNullable(values.get(nameOf(setting, number)))
        .filter(value -> !value.isEmpty());
  }
}
