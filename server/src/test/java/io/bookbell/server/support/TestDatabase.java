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
import java.util.concurrent.atomic.AtomicInteger;

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
      return new StorageConfig.SqliteConfig(folder.resolve("data"));
    }
  },
  POSTGRESQL {
    @Override
    public StorageConfig create(Path folder) {
      return Server.newDatabase("TEMPLATE " + PostgresTemplate.DATABASE);
    }

    @Override
    public StorageConfig createWithoutSchema(Path folder) {
      return Server.newDatabase("");
    }
  };

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
      StorageConfig.PostgresConfig template = Server.newDatabase("");
      OpenDatabase.forServing(template).close();
      return template.url().substring(template.url().lastIndexOf('/') + 1);
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
            .setServerConfig("max_connections", "300")
            .setServerConfig("fsync", "off") // tests of power failures start their own
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

    static StorageConfig.PostgresConfig newDatabase(String options) {
      String name = "test" + COUNT.incrementAndGet();
      try (var connection = POSTGRES.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + name + " " + options);
      } catch (SQLException e) {
        throw new IllegalStateException("The database " + name + " could not be made", e);
      }
      return new StorageConfig.PostgresConfig(
          POSTGRES.getJdbcUrl("postgres", name).replaceFirst("\\?.*", ""), "postgres", "");
    }
  }
}
