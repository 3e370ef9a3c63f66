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
      settingValues.requireUnset(Setting.MAIL_FROM, "without BOOKBELL_SMTP_URL");
      return Optional.empty();
    }
    URI server = parseUrl(url.get());
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
    return Optional.of(toConfig(server, sender));
  }

  private static URI parseUrl(String value) {
    try {
      URI uri = new URI(value);
      @Nullable String scheme = uri.getScheme();
      if (uri.getHost() != null
          && PortRange.permits(uri)
          && scheme != null
          && PORTS.containsKey(scheme)
          && uri.getRawQuery() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // reported below, like any other invalid URL
    }
    throw ConfigException.invalidValue(Setting.SMTP_URL, value, EXPECTED);
  }

  private static MailConfig toConfig(URI server, String from) {
    String scheme = server.getScheme();
    Optional<String> credentials = Optional.ofNullable(server.getRawUserInfo());
    return new MailConfig(
        server.getHost(),
        server.getPort() < 0 ? PORTS.getOrDefault(scheme, 0) : server.getPort(),
        "smtps".equals(scheme),
        credentials.map(both -> decode(both.split(":", 2)[0])),
        credentials.filter(both -> both.contains(":")).map(both -> decode(both.split(":", 2)[1])),
        from);
  }

  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
