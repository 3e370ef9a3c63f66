package io.bookbell.server.cli;

import static java.util.Objects.requireNonNull;

import io.bookbell.server.Bookbell;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfigReader;
import io.bookbell.server.rehearsal.TrainingWorkload;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The training run for Java's startup cache, started by the launcher: serves the demonstration
 * briefly to itself while Java records which classes are loaded. It writes to the working
 * directory.
 */
final class TrainingRun {
  private static final Path NATIVE = Path.of("native");

  private TrainingRun() {}

  static void runInWorkingDirectory() throws IOException {
    unpackSqlite();
    ServerConfig serverConfig =
        ServerConfigReader.readConfig(
            Map.of("BOOKBELL_PORT", "0"),
            Path.of("bookbell.properties"),
            CommandEnvironment.USUAL_DATA);
    try (OpenDatabase data = OpenDatabase.forServing(serverConfig.storage())) {
      DemoCommand.populateDatabase(data.database(), false);
      try (var bookbell = Bookbell.start(serverConfig, data.database())) {
        TrainingWorkload.runRehearsal(bookbell.port(), DemoCommand.PASSWORD);
      }
    }
  }

  /**
   * Extracts SQLite's native library; otherwise every start would search for it and extract it
   * again.
   */
  private static void unpackSqlite() throws IOException {
    String name = LibraryLoaderUtil.getNativeLibName();
    Path library = NATIVE.resolve(name);
    if (Files.exists(library)) {
      return;
    }
    Files.createDirectories(NATIVE);
    String packed = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    try (InputStream in = LibraryLoaderUtil.class.getResourceAsStream(packed)) {
      Files.copy(requireNonNull(in, packed), library);
    }
  }
}
