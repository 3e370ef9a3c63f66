package io.bookbell.server.config;

import io.bookbell.server.config.ServerConfig.CatalogueConfig;
import io.bookbell.server.config.ServerConfig.ConnectionConfig;
import io.bookbell.server.config.ServerConfig.InboxConfig;
import io.bookbell.server.config.ServerConfig.ListenConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.config.ServerConfig.RedisConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.network.WebOrigin;
import io.netty.util.NetUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and validates the settings, from environment variables and the settings file. Stateless.
 */
public final class ServerConfigReader {
  private static final Logger log = LoggerFactory.getLogger(ServerConfigReader.class);
  private static final int MAX_CONNECTIONS = 10_000;
  private static final List<String> LOG_LEVELS = List.of("debug", "info", "warn", "error");
  private static final int MAX_DRAIN_SECONDS = 3600;
  private static final int MAX_DAYS = 3650;
  private static final Pattern SCHEMA = Pattern.compile("(?!pg_)[a-z_][a-z0-9_]{0,62}");
  private static final Pattern CHANNEL = Pattern.compile("[!-~]{1,100}");
  private static final Pattern REDIS_PREFIX = Pattern.compile("[A-Za-z0-9._:-]{1,32}");
  private static final Pattern REDIS_DATABASE = Pattern.compile("/?|/[0-9]{1,9}");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern CONTACT = Pattern.compile("[!-'*-~]{3,200}");

  private ServerConfigReader() {}

  /**
   * Reads the settings from the environment and, if it exists, the file.
   *
   * @param usualData the data folder if none is set
   * @throws ConfigException for the first invalid setting
   */
  public static ServerConfig readConfig(
      Map<String, String> environment, Path file, Path usualData) {
    var settingValues = new SettingValues(environment, file);
    settingValues.requireOneOf(Setting.LOG, LOG_LEVELS);
    settingValues.warnIfReadable();
    UnknownVariables.describe(environment.keySet()).ifPresent(log::warn);
    StorageConfig storageConfig = parseStorage(settingValues, usualData);
    Optional<String> contact =
        settingValues.optionalText(Setting.CONTACT).map(ServerConfigReader::parseContact);
    return new ServerConfig(
        parseListen(settingValues),
        storageConfig,
        parseRedis(settingValues, storageConfig),
        new PublicAccessConfig(
            settingValues.optionalText(Setting.PUBLIC_URL).map(ServerConfigReader::parsePublicUrl),
            parseOrigins(settingValues),
            parseTrustedProxies(settingValues),
            settingValues.optionalText(Setting.COOKIE_NAME).map(CookieName::parse)),
        new ConnectionConfig(
            settingValues.integerOrDefault(
                Setting.MAX_CONNECTIONS_PER_USER, 20, 1, MAX_CONNECTIONS),
            Duration.ofSeconds(
                settingValues.integerOrDefault(Setting.DRAIN_SECONDS, 4, 1, MAX_DRAIN_SECONDS)),
            settingValues.booleanOrDefault(Setting.IO_URING, true),
            settingValues.booleanOrDefault(Setting.RATE_LIMITS, true)),
        new InboxConfig(
            Duration.ofDays(settingValues.integerOrDefault(Setting.INBOX_DAYS, 30, 1, MAX_DAYS))),
        parseCatalogue(settingValues, contact),
        ExternalSignInReader.read(settingValues),
        parseLegacy(settingValues, storageConfig),
        OidcConfigParser.parseAll(settingValues),
        PatreonSettings.parse(settingValues),
        MailSettings.parse(settingValues),
        settingValues.booleanOrDefault(Setting.WEBHOOK_PRIVATE, false),
        contact);
  }

  /** Refuses one port for both servers: half of the connections would reach the wrong one. */
  private static ListenConfig parseListen(SettingValues settingValues) {
    int port = settingValues.integerOrDefault(Setting.PORT, 8080, 0, PortRange.HIGHEST);
    Optional<Integer> metricsPort =
        settingValues.optionalInteger(Setting.METRICS_PORT, 0, PortRange.HIGHEST);
    if (port != 0 && metricsPort.filter(own -> own == port).isPresent()) {
      throw ConfigException.invalidValue(
          Setting.METRICS_PORT,
          Integer.toString(port),
          "another port than BOOKBELL_PORT, or no value to serve /metrics on that one");
    }
    return new ListenConfig(
        settingValues
            .optionalText(Setting.HOST)
            .map(ServerConfigReader::parseHost)
            .orElse("127.0.0.1"),
        port,
        metricsPort);
  }

  /**
   * Refuses a mistyped IPv4 address, which would be looked up as a name otherwise, and what is no
   * name.
   */
  private static String parseHost(String value) {
    boolean isMistyped =
        DIGITS_AND_DOTS.matcher(value).matches() && !NetUtil.isValidIpV4Address(value);
    if (isMistyped || !(HOST.matcher(value).matches() || NetUtil.isValidIpV6Address(value))) {
      throw ConfigException.invalidValue(
          Setting.HOST,
          value,
          "an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0");
    }
    return value;
  }

  /** The log level, if it is set. */
  public static Optional<String> logLevel(Map<String, String> environment, Path file) {
    return new SettingValues(environment, file).optionalText(Setting.LOG);
  }

  /**
   * Parses the catalogue's settings. An empty URL means off, like the word, so that the default
   * catalogue isn't queried by mistake.
   */
  private static Optional<CatalogueConfig> parseCatalogue(
      SettingValues settingValues, Optional<String> contact) {
    String url =
        settingValues.rawValue(Setting.OPEN_LIBRARY_URL).orElse(CatalogueConfig.OPEN_LIBRARY);
    return url.isEmpty() || url.equals("off")
        ? Optional.empty()
        : Optional.of(new CatalogueConfig(parseCatalogueUrl(url), contact));
  }

  private static String parseContact(String value) {
    if (!CONTACT.matcher(value).matches()) {
      throw ConfigException.invalidValue(
          Setting.CONTACT,
          value,
          "an e-mail address or a web address, in visible ASCII characters");
    }
    return value;
  }

  private static String parseCatalogueUrl(String value) {
    String expected = "an address such as https://openlibrary.org, or off";
    URI uri = parseWebAddress(Setting.OPEN_LIBRARY_URL, value, expected);
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw ConfigException.invalidValue(Setting.OPEN_LIBRARY_URL, value, expected);
    }
    return value.replaceFirst("/+$", "");
  }

  private static StorageConfig parseStorage(SettingValues settingValues, Path usualData) {
    Optional<String> url = settingValues.optionalText(Setting.DATABASE_URL);
    Optional<String> schema = settingValues.optionalText(Setting.DATABASE_SCHEMA);
    schema.ifPresent(name -> requireSchema(name, url.isPresent()));
    if (url.isEmpty()) {
      return new StorageConfig.SqliteConfig(
          settingValues
              .optionalText(Setting.DATA)
              .map(ServerConfigReader::parseFolder)
              .orElse(usualData));
    }
    DatabaseUrl address = DatabaseUrl.parse(url.get());
    return new StorageConfig.PostgresConfig(
        schema.map(address::jdbcWithSchema).orElse(address.jdbc()),
        address.user().or(() -> settingValues.optionalText(Setting.DATABASE_USER)).orElse(""),
        address
            .password()
            .or(() -> settingValues.optionalText(Setting.DATABASE_PASSWORD))
            .orElse(""));
  }

  private static void requireSchema(String name, boolean postgres) {
    if (!postgres) {
      throw ConfigException.invalidValue(
          Setting.DATABASE_SCHEMA, name, "no value with SQLite, which has no schemas");
    }
    if (!SCHEMA.matcher(name).matches()) {
      throw ConfigException.invalidValue(
          Setting.DATABASE_SCHEMA,
          name,
          "a name such as bookbell: up to 63 lower-case letters, digits and underscores, and not"
              + " beginning with a digit or pg_");
    }
  }

  private static Optional<RedisConfig> parseRedis(
      SettingValues settingValues, StorageConfig storageConfig) {
    Optional<String> channel =
        settingValues
            .optionalText(Setting.LEGACY_CHANNEL)
            .map(name -> parseLegacyChannel(name, settingValues));
    String prefix = parseRedisPrefix(settingValues);
    return settingValues
        .optionalText(Setting.REDIS_URL)
        .map(url -> new RedisConfig(parseRedisAddress(url, storageConfig), channel, prefix));
  }

  private static LegacyConfig parseLegacy(
      SettingValues settingValues, StorageConfig storageConfig) {
    boolean shared = settingValues.booleanOrDefault(Setting.LEGACY_QUOTA, false);
    if (shared && storageConfig instanceof StorageConfig.SqliteConfig) {
      throw ConfigException.invalidValue(
          Setting.LEGACY_QUOTA,
          "true",
          "false with SQLite; the counter is shared in the replaced system's PostgreSQL"
              + " (BOOKBELL_DATABASE_URL, BOOKBELL_DATABASE_SCHEMA)");
    }
    if (!shared) {
      settingValues.requireUnset(Setting.LEGACY_MAPPING, "without BOOKBELL_LEGACY_QUOTA=true");
    }
    return new LegacyConfig(
        shared,
        settingValues
            .optionalText(Setting.LEGACY_MAPPING)
            .map(value -> parsePath(Setting.LEGACY_MAPPING, value, "a file")));
  }

  private static String parseRedisPrefix(SettingValues settingValues) {
    String prefix = settingValues.optionalText(Setting.REDIS_PREFIX).orElse(RedisConfig.PREFIX);
    if (!REDIS_PREFIX.matcher(prefix).matches()) {
      throw ConfigException.invalidValue(
          Setting.REDIS_PREFIX,
          prefix,
          "a name such as bookbell: up to 32 letters, digits, dots, hyphens, underscores or"
              + " colons");
    }
    return prefix;
  }

  private static String parseLegacyChannel(String name, SettingValues settingValues) {
    if (settingValues.optionalText(Setting.REDIS_URL).isEmpty()) {
      throw ConfigException.invalidValue(
          Setting.LEGACY_CHANNEL,
          name,
          "no value without BOOKBELL_REDIS_URL, the Redis that has the channel");
    }
    if (!CHANNEL.matcher(name).matches()
        || name.startsWith(parseRedisPrefix(settingValues) + ":")) {
      throw ConfigException.invalidValue(
          Setting.LEGACY_CHANNEL,
          name,
          "a channel's name such as book_requests: up to 100 visible ASCII characters that do not"
              + " begin with "
              + parseRedisPrefix(settingValues)
              + ":");
    }
    return name;
  }

  private static URI parseRedisAddress(String value, StorageConfig storageConfig) {
    String expected = "an address such as redis://host:6379 or rediss://:password@host:6379/0";
    URI uri = parseAddress(Setting.REDIS_URL, value, expected, Set.of("redis", "rediss"));
    if (!REDIS_DATABASE.matcher(uri.getPath()).matches()) {
      throw ConfigException.invalidValue(
          Setting.REDIS_URL,
          value,
          expected + ", with the number of a database or none at the end");
    }
    if (storageConfig instanceof StorageConfig.SqliteConfig) {
      throw ConfigException.invalidValue(
          Setting.REDIS_URL,
          value,
          "no value with SQLite, which one node serves alone; several nodes share a PostgreSQL"
              + " (BOOKBELL_DATABASE_URL)");
    }
    return uri;
  }

  private static Path parseFolder(String value) {
    return parsePath(Setting.DATA, value, "a folder");
  }

  private static Path parsePath(Setting setting, String value, String expected) {
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw ConfigException.invalidValue(setting, value, expected);
    }
  }

  private static PublicUrl parsePublicUrl(String value) {
    return PublicUrl.parse(value)
        .filter(url -> !shadowsOwnPath(url.path()))
        .orElseThrow(
            () ->
                ConfigException.invalidValue(
                    Setting.PUBLIC_URL,
                    value,
                    "an address such as https://books.example or https://site.example/books,"
                        + " without a query, and a name with ß, ς or joiners in the form that"
                        + " begins with xn--; the path must not begin with a name that Bookbell"
                        + " itself serves, such as /api"));
  }

  /**
   * Whether the path starts with a name that Bookbell serves itself. A proxy that strips the path
   * would make the two indistinguishable.
   */
  private static boolean shadowsOwnPath(String path) {
    return !path.isEmpty() && OwnPaths.FIRST_SEGMENTS.contains(path.split("/", 3)[1]);
  }

  private static List<WebOrigin> parseOrigins(SettingValues settingValues) {
    var origins = new ArrayList<WebOrigin>();
    for (String each :
        settingValues.optionalText(Setting.ALLOWED_ORIGINS).orElse("").split(",", -1)) {
      if (!each.isBlank()) {
        origins.add(parseOrigin(each.strip()));
      }
    }
    return origins;
  }

  private static WebOrigin parseOrigin(String value) {
    return PublicUrl.parse(value)
        .filter(url -> url.path().isEmpty())
        .map(PublicUrl::origin)
        .orElseThrow(
            () ->
                ConfigException.invalidValue(
                    Setting.ALLOWED_ORIGINS,
                    value,
                    "a list of origins such as https://books.example, separated by commas, and"
                        + " names with ß, ς or joiners in the form that begins with xn--"));
  }

  /**
   * Parses the trusted proxies. BOOKBELL_TRUST_PROXY used to trust every peer; now it trusts
   * loopback and private addresses.
   */
  private static List<AddressRange> parseTrustedProxies(SettingValues settingValues) {
    boolean local = settingValues.booleanOrDefault(Setting.TRUST_PROXY, false);
    Optional<String> listed = settingValues.optionalText(Setting.TRUSTED_PROXIES);
    if (listed.isEmpty()) {
      return local ? AddressRange.LOCAL : List.of();
    }
    return Arrays.stream(listed.get().split(",", -1))
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .map(each -> AddressRange.parse(each).orElseThrow(() -> invalidRange(each)))
        .toList();
  }

  private static ConfigException invalidRange(String value) {
    return ConfigException.invalidValue(
        Setting.TRUSTED_PROXIES,
        value,
        "a list of addresses and ranges such as 127.0.0.1, 10.0.0.0/8, fd00::/8, separated by"
            + " commas");
  }

  static URI parseWebAddress(Setting setting, String value, String expected) {
    return parseAddress(setting, value, expected, Set.of("http", "https"));
  }

  private static URI parseAddress(
      Setting setting, String value, String expected, Set<String> schemes) {
    try {
      URI uri = new URI(value);
      @Nullable String scheme = uri.getScheme();
      if (uri.getHost() != null
          && PortRange.permits(uri)
          && scheme != null
          && schemes.contains(scheme)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // reported below, like any other invalid URL
    }
    throw ConfigException.invalidValue(setting, value, expected);
  }
}
