package io.bookbell.server.config;

import io.bookbell.server.network.AddressRange;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.network.WebOrigin;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The validated settings. Immutable.
 *
 * @param privateWebhooks whether addresses that users enter may be in private networks
 * @param contact how operators of other services can reach the operator of this server
 */
public record ServerConfig(
    ListenConfig listen,
    StorageConfig storage,
    Optional<RedisConfig> redis,
    PublicAccessConfig reach,
    ConnectionConfig connections,
    InboxConfig inbox,
    Optional<CatalogueConfig> catalogue,
    ExternalSignInConfig external,
    LegacyConfig legacy,
    List<OidcConfig> providers,
    Optional<PatreonConfig> patreon,
    Optional<MailConfig> mail,
    boolean privateWebhooks,
    Optional<String> contact) {
  /** Creates the settings of a server on which nothing else is set up. */
  public ServerConfig(
      ListenConfig listen,
      StorageConfig storage,
      Optional<RedisConfig> redis,
      PublicAccessConfig reach,
      ConnectionConfig connections,
      InboxConfig inbox,
      Optional<CatalogueConfig> catalogue) {
    this(
        listen,
        storage,
        redis,
        reach,
        connections,
        inbox,
        catalogue,
        ExternalSignInConfig.NONE,
        LegacyConfig.NONE,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty());
  }

  /**
   * Where to listen.
   *
   * @param port 0 for a free one
   * @param metricsPort empty if {@code /metrics} is served on the main port
   */
  public record ListenConfig(String host, int port, Optional<Integer> metricsPort) {}

  /** Which database to use. */
  public sealed interface StorageConfig {
    /** SQLite, with its file in this folder. */
    record SqliteConfig(Path folder) implements StorageConfig {}

    record PostgresConfig(String url, String user, String password) implements StorageConfig {
      /** Without the password. */
      @Override
      public String toString() {
        return "PostgresConfig[url=" + SecretRedactor.redactText(url) + ", user=" + user + "]";
      }
    }
  }

  /**
   * The Redis through which nodes that share a PostgreSQL notify each other.
   *
   * @param legacyChannel the replaced system's channel, while that system still runs
   * @param prefix the prefix of all names that Bookbell uses on Redis
   */
  public record RedisConfig(URI uri, Optional<String> legacyChannel, String prefix) {
    public static final String PREFIX = "bookbell";

    /** Without the password. */
    @Override
    public String toString() {
      return "RedisConfig[uri=" + SecretRedactor.redactText(uri.toString()) + "]";
    }
  }

  /**
   * Limits and delivery options of connections.
   *
   * @param perUser the most that one user may have open at once
   * @param drain the period over which clients reconnect after this node goes down
   * @param ring whether large broadcasts may use io_uring where it is available
   * @param rateLimits whether each user's calls per minute are limited
   */
  public record ConnectionConfig(int perUser, Duration drain, boolean ring, boolean rateLimits) {}

  /**
   * How long messages are kept.
   *
   * @param kept for devices that haven't acknowledged them
   */
  public record InboxConfig(Duration kept) {}

  /**
   * The catalogue in which books are looked up.
   *
   * @param url without a trailing slash
   * @param contact how the catalogue's operators can reach the operator of this server
   */
  public record CatalogueConfig(String url, Optional<String> contact) {
    static final String OPEN_LIBRARY = "https://openlibrary.org";

    /** The base URL of covers, which Open Library serves from another host. */
    public String coversUrl() {
      return url.equals(OPEN_LIBRARY) ? "https://covers.openlibrary.org" : url;
    }

    /**
     * The minimum time between searches. Open Library allows more to clients that name a contact.
     */
    public Duration searchInterval() {
      return contact.isPresent() ? Duration.ofMillis(334) : Duration.ofSeconds(1);
    }
  }

  /**
   * The client that this server is at Patreon.
   *
   * @param url of Patreon, without a trailing slash
   */
  public record PatreonConfig(String url, String clientId, String clientSecret) {
    static final String DEFAULT_URL = "https://www.patreon.com";

    /** Without the secret. */
    @Override
    public String toString() {
      return "PatreonConfig[url=" + url + ", clientId=" + clientId + "]";
    }
  }

  /**
   * How browsers reach this server.
   *
   * @param publicUrl empty if each request determines it
   * @param allowedOrigins further origins besides that of the public URL
   * @param trustedProxies whose X-Forwarded and Forwarded headers are trusted
   * @param cookieName of the session cookie; empty for the default
   */
  public record PublicAccessConfig(
      Optional<PublicUrl> publicUrl,
      List<WebOrigin> allowedOrigins,
      List<AddressRange> trustedProxies,
      Optional<String> cookieName) {}

  /**
   * The server that delivers mail.
   *
   * @param secure whether the connection begins with TLS; otherwise STARTTLS is used where offered,
   *     and required when there is a password
   * @param from the sender, an address or {@code Name <address>}
   */
  public record MailConfig(
      String host,
      int port,
      boolean secure,
      Optional<String> user,
      Optional<String> password,
      String from) {
    /** Without the password. */
    @Override
    public String toString() {
      return "MailConfig[" + host + ":" + port + "]";
    }
  }

  public ServerConfig withListen(ListenConfig other) {
    return change(changed -> changed.listen = other);
  }

  public ServerConfig withRedis(RedisConfig other) {
    return change(changed -> changed.redis = Optional.of(other));
  }

  public ServerConfig withCatalogue(CatalogueConfig other) {
    return change(changed -> changed.catalogue = Optional.of(other));
  }

  public ServerConfig withConnections(ConnectionConfig other) {
    return change(changed -> changed.connections = other);
  }

  public ServerConfig withReach(PublicAccessConfig other) {
    return change(changed -> changed.reach = other);
  }

  public ServerConfig withExternal(ExternalSignInConfig other) {
    return change(changed -> changed.external = other);
  }

  public ServerConfig withLegacy(LegacyConfig other) {
    return change(changed -> changed.legacy = other);
  }

  public ServerConfig withProviders(List<OidcConfig> others) {
    return change(changed -> changed.providers = List.copyOf(others));
  }

  public ServerConfig withPatreon(PatreonConfig other) {
    return change(changed -> changed.patreon = Optional.of(other));
  }

  public ServerConfig withMail(MailConfig other) {
    return change(changed -> changed.mail = Optional.of(other));
  }

  /** The same, where addresses that users enter may be in private networks. */
  public ServerConfig withPrivateWebhooks() {
    return change(changed -> changed.privateWebhooks = true);
  }

  private ServerConfig change(Consumer<ChangedConfig> change) {
    var changed = new ChangedConfig(this);
    change.accept(changed);
    return changed.toConfig();
  }

  /** The settings while one of them is replaced. */
  private static final class ChangedConfig {
    private ListenConfig listen;
    private StorageConfig storage;
    private Optional<RedisConfig> redis;
    private PublicAccessConfig reach;
    private ConnectionConfig connections;
    private InboxConfig inbox;
    private Optional<CatalogueConfig> catalogue;
    private ExternalSignInConfig external;
    private LegacyConfig legacy;
    private List<OidcConfig> providers;
    private Optional<PatreonConfig> patreon;
    private Optional<MailConfig> mail;
    private boolean privateWebhooks;
    private Optional<String> contact;

    ChangedConfig(ServerConfig serverConfig) {
      listen = serverConfig.listen;
      storage = serverConfig.storage;
      redis = serverConfig.redis;
      reach = serverConfig.reach;
      connections = serverConfig.connections;
      inbox = serverConfig.inbox;
      catalogue = serverConfig.catalogue;
      external = serverConfig.external;
      legacy = serverConfig.legacy;
      providers = serverConfig.providers;
      patreon = serverConfig.patreon;
      mail = serverConfig.mail;
      privateWebhooks = serverConfig.privateWebhooks;
      contact = serverConfig.contact;
    }

    ServerConfig toConfig() {
      return new ServerConfig(
          listen,
          storage,
          redis,
          reach,
          connections,
          inbox,
          catalogue,
          external,
          legacy,
          providers,
          patreon,
          mail,
          privateWebhooks,
          contact);
    }
  }
}
