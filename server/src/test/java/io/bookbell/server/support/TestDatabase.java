package io.bookbell.server.support;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The databases that every test of stored data runs on. */
public enum TestDatabase {
  SQLITE {
    @Override
    public StorageConfig create(Path folder) {
      Path data = folder.resolve("data");
      try {
        Files.createDirectories(data);
        Files.write(data.resolve(SqliteTemplate.FILE), SqliteTemplate.CONTENT);
      } catch (IOException e) {
        throw new UncheckedIOException("The newest schema could not be copied", e);
      }
      return new StorageConfig.SqliteConfig(data);
    }

    @Override
    public StorageConfig createWithoutSchema(Path folder) {
      return reserve(folder);
    }

    @Override
    public StorageConfig reserve(Path folder) {
      return new StorageConfig.SqliteConfig(folder.resolve("data"));
    }
  },
  POSTGRESQL {
    @Override
    public StorageConfig create(Path folder) {
      return Server.newDatabase(PostgresTemplate.DATABASE);
    }

    @Override
    public StorageConfig createWithoutSchema(Path folder) {
      return Server.newDatabase("template1");
    }

    @Override
    public StorageConfig reserve(Path folder) {
      return Server.reserve();
    }
  };

  /** The names of those that weren't deleted yet. */
  private static final Set<String> POSTGRES_DATABASES = ConcurrentHashMap.newKeySet();

  /**
   * Creates a database with the newest schema and no rows. It's a copy: running all migrations
   * takes longer than most tests.
   *
   * @param folder the parent of SQLite's folder
   */
  public abstract StorageConfig create(Path folder);

  /**
   * Creates a database without any tables, for tests of the first start and of migrations.
   *
   * @param folder the parent of SQLite's folder
   */
  public abstract StorageConfig createWithoutSchema(Path folder);

  /**
   * Returns where to create a database that doesn't exist yet.
   *
   * @param folder the parent of SQLite's folder
   */
  public abstract StorageConfig reserve(Path folder);

  /** Creates a database of PostgreSQL; its files are copied, which is faster than its pages. */
  public static void copy(Statement statement, String template, String name) throws SQLException {
    statement.execute(
        "CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY".formatted(name, template));
  }

  /** Returns the number of deadlocks in a database on connections that have since been closed. */
  public static long deadlocks(StorageConfig storageConfig) {
    return storageConfig
            instanceof StorageConfig.PostgresConfig(String url, String user, String password)
        ? Server.deadlocks(url, user, password)
        : 0;
  }

  /** A file with the newest schema, made by the first test of this process that needs it. */
  private static final class SqliteTemplate {
    static final String FILE = "bookbell.db";
    static final byte[] CONTENT = make();

    private static byte[] make() {
      Path folder = TemporaryFolder.make();
      try {
        OpenDatabase.forServing(new StorageConfig.SqliteConfig(folder)).close();
        return Files.readAllBytes(folder.resolve(FILE));
      } catch (IOException e) {
        throw new UncheckedIOException("The newest schema could not be read", e);
      } finally {
        TemporaryFolder.delete(folder);
      }
    }
  }

  /** A database with the newest schema, made by the first test of this process that needs it. */
  private static final class PostgresTemplate {
    static final String DATABASE = make();

    private static String make() {
      Server.create("newest_schema", "template1");
      OpenDatabase.forServing(Server.storage("newest_schema")).close();
      return "newest_schema";
    }
  }

  /** Deletes the databases of earlier tests, unless a server that tests share still uses them. */
  public static final class DeleteUnused implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) {
      if (!POSTGRES_DATABASES.isEmpty()) {
        Server.dropUnused();
      }
    }
  }

  /**
   * One embedded PostgreSQL for all tests of this process, started by the first one that needs it.
   */
  private static final class Server {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setDataDirectory(TemporaryFolder.beside("postgres"))
            .setServerConfig("max_connections", "300")
            .setServerConfig("fsync", "off") // tests of power failures start their own
            .setServerConfig("autovacuum", "off") // it starts a process for each database
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException("The embedded PostgreSQL did not start", e);
      }
    }

    static long deadlocks(String url, String user, String password) {
      try (var connection = DriverManager.getConnection(url, user, password);
          var statement = connection.createStatement();
          var found =
              statement.executeQuery(
                  "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")) {
        found.next();
        return found.getLong(1);
      } catch (SQLException e) {
        throw new IllegalStateException("The deadlocks of " + url + " could not be counted", e);
      }
    }

    static StorageConfig.PostgresConfig newDatabase(String template) {
      String name = nextName();
      create(name, template);
      return storage(name);
    }

    static StorageConfig.PostgresConfig reserve() {
      return storage(nextName());
    }

    private static String nextName() {
      String name = "test" + COUNT.incrementAndGet();
      POSTGRES_DATABASES.add(name);
      return name;
    }

    static void create(String name, String template) {
      try (var connection = POSTGRES.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        copy(statement, template, name);
      } catch (SQLException e) {
        throw new IllegalStateException("The database " + name + " could not be made", e);
      }
    }

    static StorageConfig.PostgresConfig storage(String name) {
      return new StorageConfig.PostgresConfig(
          POSTGRES.getJdbcUrl("postgres", name).replaceFirst("\\?.*", ""), "postgres", "");
    }

    static void dropUnused() {
      try (var connection = POSTGRES.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        for (String name : findUnused(statement)) {
          if (POSTGRES_DATABASES.contains(name)) {
            statement.execute("DROP DATABASE " + name);
            POSTGRES_DATABASES.remove(name);
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException("Databases of tests could not be deleted", e);
      }
    }

    /**
     * PostgreSQL waits five seconds before it refuses to drop one to which somebody's connected.
     */
    private static List<String> findUnused(Statement statement) throws SQLException {
      var names = new ArrayList<String>();
      try (var found =
          statement.executeQuery(
              """
              SELECT datname FROM pg_database d
              WHERE NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)""")) {
        while (found.next()) {
          names.add(found.getString("datname"));
        }
      }
      return names;
    }
  }
}
