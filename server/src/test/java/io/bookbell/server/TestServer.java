package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Passwords;
import io.bookbell.server.config.Config;
import io.bookbell.server.config.Config.Connections;
import io.bookbell.server.config.Config.Listen;
import io.bookbell.server.config.Config.Reach;
import io.bookbell.server.request.RequestLists;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.PostgresDatabase;
import io.bookbell.server.storage.SqliteDatabase;
import io.bookbell.server.storage.StoredData;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.support.TemporaryFolder;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.ExecuteListener;
import org.jooq.ExecuteListenerProvider;

/** A whole server in this process, on a free port and a database of its own. */
public final class TestServer implements AutoCloseable {
  public static final String PASSWORD = "demo";

  private static final String PASSWORD_HASH = Passwords.hashNow(PASSWORD);

  private static final Map<TestDatabase, TestServer> SHARED = new ConcurrentHashMap<>();

  private final Database database;
  private final AutoCloseable data;
  private final Bookbell bookbell;

  private TestServer(Config config, boolean demo) {
    if (demo) {
      DemoCopy.into(config.storage(), PASSWORD_HASH);
    }
    StoredData stored = StoredData.forServing(config.storage());
    this.data = stored;
    this.database = stored.database();
    this.bookbell = Bookbell.start(config, database);
  }

  private TestServer(Config config, Database database) {
    this.data = database;
    this.database = database;
    this.bookbell = Bookbell.start(config, database);
  }

  /** As after the very first start, on a database that tells a listener of every statement. */
  static TestServer watched(Config.Storage storage, ExecuteListener listener) {
    ExecuteListenerProvider told = () -> listener;
    return new TestServer(
        config(storage),
        switch (storage) {
          case Config.Storage.Sqlite(Path folder) ->
              new SqliteDatabase(
                  folder.resolve("bookbell.db"), TimeSource.of(InstantSource.system()), told);
          case Config.Storage.Postgres(String url, String user, String password) ->
              new PostgresDatabase(url, user, password, TimeSource.postgres(), told);
        });
  }

  /** With the data of the demonstration, in which all passwords are {@link #PASSWORD}. */
  public static TestServer demo(TestDatabase database, Path folder) {
    return new TestServer(config(database.create(folder)), true);
  }

  /** As after the very first start. */
  public static TestServer empty(TestDatabase database, Path folder) {
    return new TestServer(config(database.create(folder)), false);
  }

  /**
   * One with the data of the demonstration that tests share, until the process ends; each brings
   * people of its own ({@link #cast}).
   */
  public static TestServer shared(TestDatabase database) {
    return SHARED.computeIfAbsent(database, TestServer::untilTheEnd);
  }

  private static TestServer untilTheEnd(TestDatabase database) {
    Path folder = TemporaryFolder.make();
    TestServer server = demo(database, folder);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  TemporaryFolder.delete(folder);
                }));
    return server;
  }

  /** As configured, with the data of the demonstration laid first. */
  public static TestServer demo(Config config) {
    return new TestServer(config, true);
  }

  /** As configured, with what the database holds. */
  public static TestServer with(Config config) {
    return new TestServer(config, false);
  }

  /** On a free port, without limits on calls in a minute: tests are quicker than people. */
  public static Config config(Config.Storage storage) {
    return new Config(
        new Listen("127.0.0.1", 0, Optional.empty()),
        storage,
        Optional.empty(),
        new Reach(Optional.empty(), List.of(), List.of(), Optional.empty()),
        new Connections(20, Duration.ofSeconds(4), true, false),
        new Config.Inbox(Duration.ofDays(30)),
        Optional.empty());
  }

  public String url() {
    return bookbell.url();
  }

  public Optional<String> setupLink() {
    return bookbell.setupLink();
  }

  public Database database() {
    return database;
  }

  /** What the requests of this server look like to its features. */
  public RequestLists lists() {
    return new Features(Features.Outlet.none()).lists;
  }

  /** Signs a user in so many times; the last one's token. */
  public String signInAgain(UserId user, int times) {
    var features = new Features(Features.Outlet.none());
    String token = "";
    for (int time = 0; time < times; time++) {
      token = database.write(tx -> features.sessions.begin(tx, user)).join();
    }
    return token;
  }

  /** New people, all with {@link #PASSWORD}. */
  public Cast cast() {
    return Cast.on(this, PASSWORD_HASH);
  }

  /** Nobody. */
  public TestClient client() {
    return TestClient.at(url());
  }

  /** One of the demonstration's people, such as {@code reader1}. */
  public TestClient signIn(String name) {
    return client().signIn(name + "@demo.test", PASSWORD);
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
