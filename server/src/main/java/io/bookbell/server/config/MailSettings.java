package io.bookbell.server.config;

import io.bookbell.server.config.ServerConfig.MailConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the settings of the mail server. Stateless. */
final class MailSettings {
  private static final String EXPECTED =
      "an address such as smtps://user:password@mail.example:465 or smtp://mail.example:587";

  /** The usual port of each scheme. */
  private static final Map<String, Integer> PORTS = Map.of("smtp", 587, "smtps", 465);

  private static final Pattern FROM =
      Pattern.compile(
          "[^<>\\r\\n]{0,100}<[!-~&&[^<>@]]+@[!-~&&[^<>@]]+>|[!-~&&[^<>@]]+@[!-~&&[^<>@]]+");

  private MailSettings() {}

  static Optional<MailConfig> parse(SettingValues settingValues) {
    Optional<String> url = settingValues.optionalText(Setting.SMTP_URL);
    Optional<String> from = settingValues.optionalText(Setting.MAIL_FROM);
    if (url.isEmpty()) {
      return Optional.empty();
    }
    if (settingValues.optionalText(Setting.PUBLIC_URL).isEmpty()) {
      throw new ConfigException(
          "BOOKBELL_SMTP_URL needs BOOKBELL_PUBLIC_URL, to which the links in mails lead");
    }
    String sender =
        from.filter(text -> FROM.matcher(text).matches())
            .orElseThrow(
                () ->
                    ConfigException.invalidValue(
                        Setting.MAIL_FROM,
                        from.orElse(""),
                        "the sender of mails, such as Bookbell <books@books.example>"));
    return Optional.of(parse(url.get(), sender));
  }

  private static MailConfig parse(String value, String from) {
    try {
      URI uri = new URI(value);
      @Nullable String scheme = uri.getScheme();
      Integer usual = scheme == null ? null : PORTS.get(scheme);
      if (uri.getHost() != null && usual != null && uri.getRawQuery() == null) {
        Optional<String> credentials = Optional.ofNullable(uri.getRawUserInfo());
        return new MailConfig(
            uri.getHost(),
            uri.getPort() < 0 ? usual : uri.getPort(),
            "smtps".equals(scheme),
            credentials.map(both -> decode(both.split(":", 2)[0])),
            credentials
                .filter(both -> both.contains(":"))
                .map(both -> decode(both.split(":", 2)[1])),
            from);
      }
    } catch (URISyntaxException e) {
      // reported below, like any other invalid URL
    }
    throw ConfigException.invalidValue(Setting.SMTP_URL, value, EXPECTED);
  }

  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
