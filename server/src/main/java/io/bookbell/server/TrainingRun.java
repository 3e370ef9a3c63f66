package io.bookbell.server;

import static java.util.Objects.requireNonNull;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.rehearsal.TrainingWorkload;
import io.bookbell.server.storage.OpenDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * What the launcher has Java do when it prepares quick starts: serves the demonstration for a
 * moment, to itself, while Java notes what is loaded. What it makes is in the folder that it runs
 * in.
 */
final class TrainingRun {
  private static final Path NATIVE = Path.of("native");

  private TrainingRun() {}

  static void runInWorkingDirectory() throws IOException {
    unpackSqlite();
    ServerConfig serverConfig =
        ServerConfig.readConfig(
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

  /** Otherwise each start looks for the library that fits this machine, and unpacks it anew. */
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
