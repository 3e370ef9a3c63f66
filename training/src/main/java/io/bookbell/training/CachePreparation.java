package io.bookbell.training;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The program behind {@code bookbell prepare}: creates Java's cache of the server's classes beside
 * its jar. It works in a temporary folder there, since {@code /tmp} may be too small or hold no
 * programs. An old cache stays until there is a new one.
 */
final class CachePreparation {
  private static final int UNAVAILABLE = 69;

  private final Path program;
  private final Path folder;
  private final List<String> options;
  private final Path library;
  private final Path recorded;
  private final Path written;
  private final long begun = System.nanoTime();

  private CachePreparation(Path program, Path folder, List<String> options) {
    this.program = program;
    this.folder = folder;
    this.options = options;
    this.library = folder.resolve("native");
    this.recorded = folder.resolve("recorded");
    this.written = folder.resolve("written");
  }

  /**
   * Creates the cache.
   *
   * @param arguments the folder with {@code bookbell.jar}, then Java's options for the server
   */
  public static void main(String... arguments) {
    Path program = Path.of(arguments[0]);
    Path folder;
    try {
      folder = Files.createTempDirectory(program, "prepare.");
    } catch (IOException e) {
      System.err.printf(
          "The class cache cannot be written to %s: no permission, or no space.%n", program);
      System.exit(UNAVAILABLE);
      return;
    }
    var cleanup = new Cleanup(folder);
    Runtime.getRuntime().addShutdownHook(cleanup);
    try {
      new CachePreparation(program, folder, List.of(arguments).subList(1, arguments.length)).run();
      System.exit(0);
    } catch (IOException | InterruptedException e) {
      if (!cleanup.isAlive()) { // otherwise a signal is the reason
        System.err.println(e.getMessage());
        System.err.println(
            "The class cache could not be created; starting takes longer without it.");
      }
      System.exit(1);
    }
  }

  private void run() throws IOException, InterruptedException {
    System.err.println("Preparing the class cache, which takes about half a minute.");
    tellProgress("starting Bookbell on demo data");
    unpackSqlite();
    // What only an empty folder needs, such as creating tables, stays out of the cache.
    try (ServerProcess demo = startServer(List.of(), "demo")) {
      demo.awaitAddress();
    }
    recordWorkload();
    tellProgress("writing the cache");
    writeCache();
    replaceCache();
    tellProgress("prepared");
  }

  private void recordWorkload() throws IOException, InterruptedException {
    tellProgress("recording how it starts");
    var recording = List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + recorded);
    try (ServerProcess server = startServer(recording, "serve")) {
      URI address = server.awaitAddress();
      tellProgress("recording how it serves");
      try (var workload = new TrainingWorkload(address)) {
        workload.run();
      }
    }
  }

  private ServerProcess startServer(List<String> recording, String command) throws IOException {
    List<String> words = javaWith(recording);
    words.add("-Dorg.sqlite.lib.path=" + library);
    words.addAll(List.of("-jar", program.resolve("bookbell.jar").toString(), command));
    return ServerProcess.start(folder, words);
  }

  private void writeCache() throws IOException, InterruptedException {
    List<String> words =
        javaWith(
            List.of(
                "-XX:AOTMode=create",
                "-XX:AOTConfiguration=" + recorded,
                "-XX:AOTCache=" + written));
    words.addAll(List.of("-jar", program.resolve("bookbell.jar").toString()));
    Path said = folder.resolve("said");
    Process java =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    if (java.waitFor() != 0 || Files.notExists(written)) {
      throw new IOException("Java ended with " + java.exitValue() + ". " + Files.readString(said));
    }
  }

  private List<String> javaWith(List<String> further) {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(options);
    words.addAll(further);
    return words;
  }

  /**
   * Extracts SQLite's native library; otherwise every start would search for it and extract it
   * again.
   */
  private void unpackSqlite() throws IOException {
    String name = LibraryLoaderUtil.getNativeLibName();
    String packed = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    Files.createDirectory(library);
    try (InputStream in = LibraryLoaderUtil.class.getResourceAsStream(packed)) {
      Files.copy(requireNonNull(in, packed), library.resolve(name));
    }
  }

  /** Puts the new files in place, the cache last: the launcher ignores what's beside no cache. */
  private void replaceCache() throws IOException {
    Path cache = program.resolve("bookbell.aot");
    Path unpacked = program.resolve("native");
    Files.deleteIfExists(cache);
    Cleanup.deleteTree(unpacked);
    Files.move(library, unpacked);
    Files.copy(
        Path.of(System.getProperty("java.home"), "release"),
        program.resolve("bookbell.aot.java"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.move(written, cache);
  }

  private void tellProgress(String step) {
    System.err.printf("%4d s  %s%n", (System.nanoTime() - begun) / 1_000_000_000, step);
  }
}
