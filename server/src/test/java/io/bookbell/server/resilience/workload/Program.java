package io.bookbell.server.resilience.workload;

import static java.util.stream.Collectors.joining;

import io.bookbell.server.support.TemporaryFolder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * How the tests start Bookbell as a process of its own: the classes under test, with the launcher's
 * options.
 *
 * <p>Folders of classes are packed into jars first. Only then can Java share an archive of loaded
 * classes between the processes, which more than halves the time each takes to start.
 */
public final class Program {
  private static final String MAIN_CLASS = "io.bookbell.server.cli.Main";
  private static final Path FOLDER = TemporaryFolder.make();
  private static final String CLASS_PATH = classPath();

  private Program() {}

  /**
   * The words that start a command of Bookbell.
   *
   * @param archive names the archive of classes that it shares with others like it
   */
  public static List<String> words(String archive, List<String> command) {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1", // these processes live for seconds
            "-XX:+AutoCreateSharedArchive",
            "-XX:SharedArchiveFile=" + FOLDER.resolve(archive + ".jsa"),
            "-Xlog:disable", // the first process complains that there is no archive
            "-Xms32m",
            "-Xmx192m",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            CLASS_PATH,
            MAIN_CLASS));
    words.addAll(command);
    return words;
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(place -> !place.endsWith("test-classes"))
        .map(place -> Files.isDirectory(place) ? packed(place) : place)
        .map(Path::toString)
        .collect(joining(File.pathSeparator));
  }

  private static Path packed(Path classes) {
    Path jar = FOLDER.resolve(module(classes) + ".jar");
    int result =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--create",
                "--no-compress",
                "--file=" + jar,
                "-C",
                classes.toString(),
                ".");
    if (result != 0) {
      throw new IllegalStateException("The classes in " + classes + " could not be packed");
    }
    return jar;
  }

  /** The one of {@code module/target/classes}. */
  private static Path module(Path classes) {
    return classes.toAbsolutePath().getParent().getParent().getFileName();
  }
}
