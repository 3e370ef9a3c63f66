package io.bookbell.server.storage.setup;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.storage.DataFolder;
import io.bookbell.server.storage.DataLock;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.PostgresConnections.PostgresCredentials;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.postgres.PostgresDatabase;
import io.bookbell.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An open database and, for SQLite, the lock on its folder. Only {@link #database} is thread-safe.
 */
public final class OpenDatabase implements AutoCloseable {
  private static final String SQLITE_FILE = "bookbell.db";
  private static final Pattern OWN_FILES =
      Pattern.compile("bookbell\\.(?:db|db-.*|lock|reserve|mark)");

  private final @Nullable DataLock lock;
  private final Database database;

  private OpenDatabase(@Nullable DataLock lock, Database database) {
    this.lock = lock;
    this.database = database;
  }

  /**
   * Opens the database to serve it, as the only process (SQLite) or as one of several (PostgreSQL).
   * Creates it if it is missing and migrates it to the newest schema.
   *
   * @throws DatabaseException with a message for the operator, also if another process is serving
   *     it
   */
  public static OpenDatabase forServing(ServerConfig.StorageConfig storageConfig) {
    return openExclusively(
        storageConfig,
        postgresCredentials ->
            new PostgresDatabase(
                postgresCredentials.url(),
                postgresCredentials.user(),
                postgresCredentials.password(),
                TimeSource.ofPostgres()));
  }

  /**
   * Like {@link #forServing}, but without timeouts, for work that touches all stored data.
   *
   * @throws DatabaseException with a message for the operator, also if another process is serving
   *     it
   */
  public static OpenDatabase forMaintenance(ServerConfig.StorageConfig storageConfig) {
    return openExclusively(
        storageConfig,
        postgresCredentials ->
            PostgresDatabase.forMaintenance(postgresCredentials, TimeSource.ofPostgres()));
  }

  private static OpenDatabase openExclusively(
      ServerConfig.StorageConfig storageConfig, Function<PostgresCredentials, Database> postgres) {
    return switch (storageConfig) {
      case SqliteConfig(Path folder) -> {
        DataFolder.prepareFolder(folder, SQLITE_FILE);
        NativeLibraries.chooseFolder(folder);
        DataLock lock = DataLock.acquireLock(folder);
        try {
          yield new OpenDatabase(
              lock, new SqliteDatabase(folder.resolve(SQLITE_FILE), systemTime()));
        } catch (RuntimeException e) {
          lock.close();
          throw e;
        }
      }
      case PostgresConfig(String url, String user, String password) -> {
        NativeLibraries.chooseFolder(null);
        yield new OpenDatabase(null, postgres.apply(new PostgresCredentials(url, user, password)));
      }
    };
  }

  /**
   * Opens an existing database while another process may be serving it, for queries or small
   * changes. On PostgreSQL there are no timeouts.
   *
   * @throws DatabaseException with a message for the operator, also if there is no database yet
   */
  public static OpenDatabase forConcurrentAccess(ServerConfig.StorageConfig storageConfig) {
    return new OpenDatabase(
        null,
        switch (storageConfig) {
          case SqliteConfig(Path folder) -> {
            NativeLibraries.chooseFolder(folder);
            yield SqliteDatabase.openExisting(folder.resolve(SQLITE_FILE), systemTime());
          }
          case PostgresConfig(String url, String user, String password) ->
              PostgresDatabase.openExisting(
                  new PostgresCredentials(url, user, password), TimeSource.ofPostgres());
        });
  }

  /**
   * Opens a database to look at it before anything is changed in it, even if its schema is an older
   * one; empty if SQLite's file doesn't exist yet.
   *
   * @throws DatabaseException with a message for the operator
   */
  public static Optional<OpenDatabase> forInspection(ServerConfig.StorageConfig storageConfig) {
    return switch (storageConfig) {
      case SqliteConfig(Path folder) -> {
        Path file = folder.resolve(SQLITE_FILE);
        if (!Files.isRegularFile(file) || file.toFile().length() == 0) {
          yield Optional.empty();
        }
        NativeLibraries.chooseFolder(folder);
        yield Optional.of(new OpenDatabase(null, SqliteDatabase.openUnchanged(file, systemTime())));
      }
      case PostgresConfig(String url, String user, String password) ->
          Optional.of(
              new OpenDatabase(
                  null,
                  PostgresDatabase.openUnchanged(
                      new PostgresCredentials(url, user, password), TimeSource.ofPostgres())));
    };
  }

  /** Chooses the folder for native libraries, for what is done before a database is opened. */
  public static void chooseLibraryFolder(ServerConfig.StorageConfig storageConfig) {
    NativeLibraries.chooseFolder(
        storageConfig instanceof SqliteConfig(Path folder) && Files.isDirectory(folder)
            ? folder
            : null);
  }

  /** Whether the file is one of the files that the database consists of. */
  public static boolean isFileOf(ServerConfig.StorageConfig storageConfig, Path file) {
    if (!(storageConfig instanceof SqliteConfig(Path folder))) {
      return false;
    }
    Path name = file.toAbsolutePath().normalize().getFileName();
    Path parent = file.toAbsolutePath().getParent();
    try {
      return name != null
          && parent != null
          && OWN_FILES.matcher(name.toString()).matches()
          && Files.isDirectory(folder)
          && Files.isSameFile(folder, parent);
    } catch (IOException e) {
      return false;
    }
  }

  private static TimeSource systemTime() {
    return TimeSource.of(InstantSource.system());
  }

  public Database database() {
    return database;
  }

  @Override
  public void close() {
    database.close();
    if (lock != null) {
      lock.close();
    }
  }
}
