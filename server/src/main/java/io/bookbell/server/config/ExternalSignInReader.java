package io.bookbell.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.config.ExternalSignInConfig.AuthHeaderConfig;
import io.bookbell.server.config.SiteTokenConfig.TokenKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads and validates the settings about who else may sign people in. Stateless. */
final class ExternalSignInReader {
  /** HS256 needs a key as long as its hash, RFC 7518 section 3.2. */
  private static final int MIN_SECRET_BYTES = 32;

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
  private static final List<Setting> TOKEN_DETAILS =
      List.of(Setting.JWT_ISSUER, Setting.JWT_AUDIENCE, Setting.JWT_CLAIM, Setting.JWT_COOKIE);

  private ExternalSignInReader() {}

  static ExternalSignInConfig read(SettingValues settingValues) {
    return new ExternalSignInConfig(readTokens(settingValues), readHeader(settingValues));
  }

  private static Optional<SiteTokenConfig> readTokens(SettingValues settingValues) {
    Optional<TokenKey> key = readKey(settingValues);
    if (key.isEmpty()) {
      TOKEN_DETAILS.forEach(
          detail ->
              settingValues.requireUnset(
                  detail,
                  "without BOOKBELL_JWT_JWKS_URL or BOOKBELL_JWT_SECRET, which check the tokens"));
      return Optional.empty();
    }
    return Optional.of(
        new SiteTokenConfig(
            key.get(),
            settingValues.optionalText(Setting.JWT_ISSUER),
            settingValues.optionalText(Setting.JWT_AUDIENCE),
            settingValues.optionalText(Setting.JWT_CLAIM).orElse("sub"),
            settingValues
                .optionalText(Setting.JWT_COOKIE)
                .map(name -> requireName(Setting.JWT_COOKIE, name, "access_token"))));
  }

  private static Optional<TokenKey> readKey(SettingValues settingValues) {
    Optional<String> secret = settingValues.optionalText(Setting.JWT_SECRET);
    Optional<String> address = settingValues.optionalText(Setting.JWT_JWKS_URL);
    if (secret.isPresent() && address.isPresent()) {
      throw ConfigException.invalidValue(
          Setting.JWT_JWKS_URL,
          address.get(),
          "no value beside BOOKBELL_JWT_SECRET, or without it");
    }
    if (secret.filter(text -> text.getBytes(UTF_8).length < MIN_SECRET_BYTES).isPresent()) {
      throw new ConfigException(
          "BOOKBELL_JWT_SECRET is %d bytes long; expected the secret of HS256, with %d bytes or more"
              .formatted(secret.get().getBytes(UTF_8).length, MIN_SECRET_BYTES));
    }
    return secret
        .<TokenKey>map(TokenKey.SharedSecret::new)
        .or(() -> address.map(text -> new TokenKey.PublishedKeys(parseAddress(text))));
  }

  private static URI parseAddress(String value) {
    try {
      URI uri = new URI(value);
      boolean isWeb = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      if (isWeb && uri.getHost() != null && PortRange.permits(uri)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // reported below, like any other invalid URL
    }
    throw ConfigException.invalidValue(
        Setting.JWT_JWKS_URL, value, "an address such as https://site.example/jwks.json");
  }

  private static Optional<AuthHeaderConfig> readHeader(SettingValues settingValues) {
    Optional<String> user = settingValues.optionalText(Setting.AUTH_HEADER);
    if (user.isEmpty()) {
      settingValues.requireUnset(Setting.AUTH_EMAIL_HEADER, "without BOOKBELL_AUTH_HEADER");
      settingValues.requireUnset(Setting.AUTH_NAME_HEADER, "without BOOKBELL_AUTH_HEADER");
    }
    if (user.isPresent()
        && settingValues.optionalText(Setting.TRUSTED_PROXIES).isEmpty()
        && !settingValues.booleanOrDefault(Setting.TRUST_PROXY, false)) {
      throw ConfigException.invalidValue(
          Setting.AUTH_HEADER,
          user.get(),
          "no value without BOOKBELL_TRUSTED_PROXIES, the proxies that are believed");
    }
    return user.map(
        name ->
            new AuthHeaderConfig(
                requireName(Setting.AUTH_HEADER, name, "Remote-User"),
                settingValues
                    .optionalText(Setting.AUTH_EMAIL_HEADER)
                    .map(email -> requireName(Setting.AUTH_EMAIL_HEADER, email, "Remote-Email")),
                requireName(
                    Setting.AUTH_NAME_HEADER,
                    settingValues.optionalText(Setting.AUTH_NAME_HEADER).orElse("Remote-Name"),
                    "Remote-Name")));
  }

  private static String requireName(Setting setting, String value, String example) {
    if (!NAME.matcher(value).matches()) {
      throw ConfigException.invalidValue(
          setting,
          value,
          "a name such as %s: 1 to 64 letters, digits or characters of !#$%%&'*+.^_`|~-"
              .formatted(example));
    }
    return value;
  }
}
