package io.bookbell.server.config;

import io.bookbell.server.config.ServerConfig.PatreonConfig;
import java.util.Optional;

/** Parses the settings of Patreon. Stateless. */
final class PatreonSettings {
  private static final String EXPECTED = "an address such as https://www.patreon.com";

  private PatreonSettings() {}

  static Optional<PatreonConfig> parse(SettingValues settingValues) {
    Optional<String> id = settingValues.optionalText(Setting.PATREON_CLIENT_ID);
    Optional<String> secret = settingValues.optionalText(Setting.PATREON_CLIENT_SECRET);
    if (id.isPresent() != secret.isPresent()) {
      throw ConfigException.invalidValue(
          id.isPresent() ? Setting.PATREON_CLIENT_SECRET : Setting.PATREON_CLIENT_ID,
          "",
          "a value, because BOOKBELL_PATREON_CLIENT_ID and BOOKBELL_PATREON_CLIENT_SECRET belong"
              + " together");
    }
    String url = parseUrl(settingValues);
    return id.map(client -> new PatreonConfig(url, client, secret.orElseThrow()));
  }

  private static String parseUrl(SettingValues settingValues) {
    return settingValues
        .optionalText(Setting.PATREON_URL)
        .map(value -> ServerConfigReader.parseWebAddress(Setting.PATREON_URL, value, EXPECTED))
        .map(uri -> uri.toString().replaceFirst("/+$", ""))
        .orElse(PatreonConfig.DEFAULT_URL);
  }
}
