package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.ConnectionConfig;
import io.bookbell.server.config.ServerConfig.ListenConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.key.KeyStore.KeyTerms;
import io.bookbell.server.request.RequestListService;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.postgres.PostgresDatabase;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sqlite.SqliteDatabase;
import io.bookbell.server.support.TemporaryFolder;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A complete server in this process, on a free port. */
public final class TestServer implements AutoCloseable {
  public static final String PASSWORD = "demo";

  private static final String PASSWORD_HASH = PasswordHasher.hashNow(PASSWORD);

  private static final Map<TestDatabase, TestServer> SHARED = new ConcurrentHashMap<>();

  private final Database database;
  private final AutoCloseable data;
  private final Bookbell bookbell;

  private TestServer(ServerConfig serverConfig, boolean demo) {
    if (demo) {
      DemoCopy.into(serverConfig.storage(), PASSWORD_HASH);
    }
    OpenDatabase stored = OpenDatabase.forServing(serverConfig.storage());
    this.data = stored;
    this.database = stored.database();
    this.bookbell = Bookbell.start(serverConfig, database);
  }

  private TestServer(ServerConfig serverConfig, Database database) {
    this.data = database;
    this.database = database;
    this.bookbell = Bookbell.start(serverConfig, database);
  }

  /** An empty server that reports every statement to a listener. */
  public static TestServer watched(ServerConfig.StorageConfig storageConfig, SqlListener listener) {
    return watched(config(storageConfig), listener);
  }

  /** An empty server with this configuration that reports every statement to a listener. */
  public static TestServer watched(ServerConfig serverConfig, SqlListener listener) {
    return new TestServer(
        serverConfig,
        switch (serverConfig.storage()) {
          case ServerConfig.StorageConfig.SqliteConfig(Path folder) ->
              new SqliteDatabase(
                  folder.resolve("bookbell.db"), TimeSource.of(InstantSource.system()), listener);
          case ServerConfig.StorageConfig.PostgresConfig(
                  String url,
                  String user,
                  String password) ->
              new PostgresDatabase(url, user, password, TimeSource.ofPostgres(), listener);
        });
  }

  /** A server with the demonstration data, in which all passwords are {@link #PASSWORD}. */
  public static TestServer demo(TestDatabase database, Path folder) {
    return new TestServer(config(database.reserve(folder)), true);
  }

  /** A server on an empty database. */
  public static TestServer empty(TestDatabase database, Path folder) {
    return new TestServer(config(database.create(folder)), false);
  }

  /**
   * A server with the demonstration data that tests share until the process ends. Each test creates
   * its own people ({@link #cast}).
   */
  public static TestServer shared(TestDatabase database) {
    return SHARED.computeIfAbsent(database, TestServer::untilTheEnd);
  }

  private static TestServer untilTheEnd(TestDatabase database) {
    TestServer server = demo(database, TemporaryFolder.make());
    TemporaryFolder.beforeDeletion(server::close);
    return server;
  }

  /** A server with this configuration, after adding the demonstration data. */
  public static TestServer demo(ServerConfig serverConfig) {
    return new TestServer(serverConfig, true);
  }

  /** A server with this configuration, on the database as it is. */
  public static TestServer with(ServerConfig serverConfig) {
    return new TestServer(serverConfig, false);
  }

  /** A free port and no rate limits, because tests are faster than people. */
  public static ServerConfig config(ServerConfig.StorageConfig storageConfig) {
    return new ServerConfig(
        new ListenConfig("127.0.0.1", 0, Optional.empty()),
        storageConfig,
        Optional.empty(),
        new PublicAccessConfig(Optional.empty(), List.of(), List.of(), Optional.empty()),
        new ConnectionConfig(20, Duration.ofSeconds(4), true, false),
        new ServerConfig.InboxConfig(Duration.ofDays(30)),
        Optional.empty());
  }

  public String url() {
    return bookbell.localUrl();
  }

  public Optional<String> setupLink() {
    return bookbell.setupLink();
  }

  public Database database() {
    return database;
  }

  /** The list service for this server's requests. */
  public RequestListService lists() {
    return new Services(Services.ClientNotifier.noOp()).lists;
  }

  /** Signs a user in several times. Returns the last session's token. */
  public String signInAgain(UserId user, int times) {
    var services = new Services(Services.ClientNotifier.noOp());
    String token = "";
    for (int time = 0; time < times; time++) {
      token =
          database
              .write(tx -> services.sessions.createSession(tx, user, SessionClient.UNKNOWN))
              .join();
    }
    return token;
  }

  /** A client with a new key of a user, who counts as an operator while it is created. */
  public TestClient withKey(long user, KeyScope... scopes) {
    var services = new Services(Services.ClientNotifier.noOp());
    var keyTerms = new KeyTerms("Program", Set.of(scopes), Optional.empty());
    String session = SecretTokens.hashToken(signInAgain(new UserId(user), 1));
    var owner = new Caller(new UserId(user), session, true);
    String key = database.write(tx -> services.keys.create(tx, owner, keyTerms)).join().secret();
    return new TestClient(url(), Optional.of(key));
  }

  /** Creates new people, all with {@link #PASSWORD}. */
  public Cast cast() {
    return Cast.on(this, PASSWORD_HASH);
  }

  /** A client that isn't signed in. */
  public TestClient client() {
    return TestClient.at(url());
  }

  /**
   * Signs in as one of the demonstration's people, such as {@code reader1}. Opens the session
   * without checking the password, which would take most of a test's time.
   */
  public TestClient signIn(String name) {
    var services = new Services(Services.ClientNotifier.noOp());
    UserId user =
        database
            .read(tx -> services.accounts.findByEmail(tx, name + "@demo.test").orElseThrow().id())
            .join();
    return new TestClient(url(), Optional.of(signInAgain(user, 1)));
  }

  @Override
  public void close() {
    bookbell.close();
    try {
      data.close();
    } catch (Exception e) {
      throw new IllegalStateException("The database did not close", e);
    }
  }
}
