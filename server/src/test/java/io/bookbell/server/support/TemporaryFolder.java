package io.bookbell.server.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Creates folders, also those of {@code @TempDir} (see {@code junit-platform.properties}). When the
 * process ends, those that are left are deleted.
 *
 * <p>They are in memory where there's enough of it: hundreds of databases, each with hundreds of
 * files, keep a disk busy for longer than the tests take.
 */
public final class TemporaryFolder implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long NEEDED_BYTES = 4L << 30;

  /** The folders of a process, so that the next one deletes what a killed one has left. */
  private static final String PREFIX = "bookbell-tests-";

  private static final Pattern OWNER = Pattern.compile(PREFIX + "(?<pid>\\d+)(-.*)?");

  private static final Path ROOT = root();

  private static final Queue<Runnable> BEFORE_DELETION = new ConcurrentLinkedQueue<>();

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) {
    return make();
  }

  public static Path make() {
    try {
      return Files.createTempDirectory(ROOT, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes something that uses a folder, when the process ends. */
  public static void beforeDeletion(Runnable close) {
    BEFORE_DELETION.add(close);
  }

  /**
   * Returns a path beside the folders of this process, for something that deletes its files itself
   * when the process ends.
   */
  static Path beside(String name) {
    return ROOT.resolveSibling(ROOT.getFileName() + "-" + name);
  }

  public static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path root() {
    try {
      Path parent = isUsable() ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
      deleteLeftovers(parent);
      Path root = parent.resolve(PREFIX + ProcessHandle.current().pid());
      Files.createDirectories(root);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAtEnd(root)));
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException("The tests have no folder", e);
    }
  }

  private static void deleteAtEnd(Path root) {
    try {
      BEFORE_DELETION.forEach(Runnable::run);
    } finally {
      deleteQuietly(root);
    }
  }

  /** Whether there is enough memory, and programs in it may be started. */
  private static boolean isUsable() throws IOException {
    if (!Files.isWritable(MEMORY) || Files.getFileStore(MEMORY).getUsableSpace() < NEEDED_BYTES) {
      return false;
    }
    Path probe =
        Files.createTempFile(
            MEMORY,
            PREFIX,
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      return Files.isExecutable(probe); // it isn't if the file system is mounted with noexec
    } finally {
      Files.delete(probe);
    }
  }

  private static void deleteLeftovers(Path parent) throws IOException {
    try (Stream<Path> entries = Files.list(parent)) {
      entries.filter(TemporaryFolder::isLeftOver).forEach(TemporaryFolder::deleteQuietly);
    }
  }

  private static boolean isLeftOver(Path folder) {
    Matcher name = OWNER.matcher(folder.getFileName().toString());
    return name.matches() && ProcessHandle.of(Long.parseLong(name.group("pid"))).isEmpty();
  }

  /** Another process may be deleting the same files, or still be writing some. */
  private static void deleteQuietly(Path folder) {
    try {
      delete(folder);
    } catch (UncheckedIOException e) {
      // the next process deletes the rest
    }
  }
}
