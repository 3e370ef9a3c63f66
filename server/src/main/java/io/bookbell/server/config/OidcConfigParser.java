package io.bookbell.server.config;

import io.bookbell.server.config.OidcConfig.AutoJoin;
import io.bookbell.server.network.LocalHosts;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Parses the settings of the OpenID Connect providers. Confined to one thread. */
final class OidcConfigParser {
  private static final List<String> DEFAULT_SCOPES = List.of("openid", "email", "profile");
  private static final Pattern AUTO_JOIN = Pattern.compile("([1-9][0-9]{0,17}):([1-9][0-9]{0,17})");
  private static final int MAX_NAME_LENGTH = 60;
  private static final int MAX_ISSUER_LENGTH = 500;
  private static final List<Setting> DETAILS =
      List.of(
          Setting.OIDC_CLIENT_ID,
          Setting.OIDC_CLIENT_SECRET,
          Setting.OIDC_SCOPES,
          Setting.OIDC_NAME,
          Setting.OIDC_AUTO_JOIN);

  private final SettingValues settingValues;

  private OidcConfigParser(SettingValues settingValues) {
    this.settingValues = settingValues;
  }

  /**
   * Parses all of them, in the order of their numbers.
   *
   * @throws ConfigException for the first invalid setting
   */
  static List<OidcConfig> parseAll(SettingValues settingValues) {
    var parser = new OidcConfigParser(settingValues);
    var issuers = new ArrayList<URI>();
    return IntStream.rangeClosed(1, NumberedSettings.MAX_NUMBER)
        .mapToObj(parser::parseProvider)
        .flatMap(Optional::stream)
        .peek(provider -> requireNew(provider, issuers))
        .toList();
  }

  /** Identities are told apart by issuer, so one provider can't be configured twice. */
  private static void requireNew(OidcConfig provider, List<URI> issuers) {
    if (issuers.contains(provider.issuer())) {
      throw ConfigException.invalidValue(
          NumberedSettings.nameOf(Setting.OIDC_ISSUER, Integer.parseInt(provider.id())),
          provider.issuer().toString(),
          "another issuer than that of an earlier provider");
    }
    issuers.add(provider.issuer());
  }

  private Optional<String> findText(Setting setting, int number) {
    return number == 1
        ? settingValues.optionalText(setting)
        : settingValues.numberedSettings().findText(setting, number);
  }

  private Optional<OidcConfig> parseProvider(int number) {
    Optional<String> issuer = findText(Setting.OIDC_ISSUER, number);
    if (issuer.isEmpty()) {
      DETAILS.forEach(detail -> refuseWithoutIssuer(detail, number));
      return Optional.empty();
    }
    URI address = parseIssuer(issuer.get(), number);
    return Optional.of(
        new OidcConfig(
            Integer.toString(number),
            address,
            findText(Setting.OIDC_CLIENT_ID, number)
                .orElseThrow(
                    () ->
                        ConfigException.invalidValue(
                            NumberedSettings.nameOf(Setting.OIDC_CLIENT_ID, number),
                            "",
                            "the client's id at the provider " + address)),
            findText(Setting.OIDC_CLIENT_SECRET, number),
            parseScopes(number),
            parseName(number).orElse(address.getHost()),
            findText(Setting.OIDC_AUTO_JOIN, number).map(text -> parseAutoJoin(text, number))));
  }

  private void refuseWithoutIssuer(Setting detail, int number) {
    findText(detail, number)
        .ifPresent(
            _ -> {
              throw ConfigException.invalidValue(
                  NumberedSettings.nameOf(detail, number),
                  "…",
                  "no value without " + NumberedSettings.nameOf(Setting.OIDC_ISSUER, number));
            });
  }

  /** Tokens are only as safe as the connection to the provider; this computer needs no TLS. */
  private static boolean isSafe(URI uri) {
    return "https".equals(uri.getScheme())
        || ("http".equals(uri.getScheme()) && LocalHosts.contain(uri.getHost()));
  }

  private static URI parseIssuer(String value, int number) {
    try {
      URI uri = new URI(value);
      if (uri.getHost() != null
          && PortRange.permits(uri)
          && isSafe(uri)
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && value.length() <= MAX_ISSUER_LENGTH) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // reported below, like any other invalid URL
    }
    throw ConfigException.invalidValue(
        NumberedSettings.nameOf(Setting.OIDC_ISSUER, number),
        value,
        "the address of a provider such as https://id.example, exactly as it names itself");
  }

  private List<String> parseScopes(int number) {
    List<String> scopes =
        findText(Setting.OIDC_SCOPES, number)
            .map(text -> List.of(text.split("\\s+", -1)))
            .orElse(DEFAULT_SCOPES);
    if (!scopes.contains("openid")) {
      throw ConfigException.invalidValue(
          NumberedSettings.nameOf(Setting.OIDC_SCOPES, number),
          String.join(" ", scopes),
          "scopes with blanks between them, openid among them");
    }
    return scopes;
  }

  private Optional<String> parseName(int number) {
    Optional<String> name = findText(Setting.OIDC_NAME, number);
    name.filter(text -> text.length() > MAX_NAME_LENGTH)
        .ifPresent(
            text -> {
              throw ConfigException.invalidValue(
                  NumberedSettings.nameOf(Setting.OIDC_NAME, number),
                  text,
                  "a name of up to " + MAX_NAME_LENGTH + " characters");
            });
    return name;
  }

  private static AutoJoin parseAutoJoin(String value, int number) {
    Matcher parts = AUTO_JOIN.matcher(value);
    if (!parts.matches()) {
      throw ConfigException.invalidValue(
          NumberedSettings.nameOf(Setting.OIDC_AUTO_JOIN, number),
          value,
          "the ids of a creator and of one of its tiers, such as 1:3");
    }
    return new AutoJoin(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)));
  }
}
