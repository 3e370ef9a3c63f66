package io.bookbell.server.storage.setup;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the folder to which SQLite and Netty extract their native libraries. The default is the
 * system's temporary folder, which may be full or mounted {@code noexec}. Called by the thread that
 * opens the database, before any of these libraries is loaded.
 */
public final class NativeLibraries {
  private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final long ROOM = 8L << 20;
  private static final List<String> PROPERTIES =
      List.of("java.io.tmpdir", "org.sqlite.tmpdir", "io.netty.native.workdir");

  private NativeLibraries() {}

  /**
   * Chooses another folder if the default can't be used.
   *
   * @param data the data folder, which exists; null if there is none
   */
  public static void chooseFolder(@Nullable Path data) {
    Path usual = Path.of(System.getProperty("java.io.tmpdir", "."));
    if (canHoldLibraries(usual)) {
      return;
    }
    Optional<Path> other =
        Stream.of(
                Optional.ofNullable(data),
                jarFolder(),
                Optional.of(Path.of(System.getProperty("user.home", "."), ".cache", "bookbell")),
                Optional.of(Path.of("")))
            .flatMap(Optional::stream)
            .map(Path::toAbsolutePath)
            .filter(NativeLibraries::canHoldLibraries)
            .findFirst();
    other.ifPresentOrElse(
        NativeLibraries::useFolder,
        () ->
            log.warn(
                "{} cannot hold executables (mounted noexec, full or read-only), nor can any"
                    + " other folder that Bookbell may write;"
                    + " BOOKBELL_JAVA_OPTS=-Djava.io.tmpdir=FOLDER (in a container, JDK_JAVA_OPTIONS)"
                    + " names one",
                usual));
  }

  private static void useFolder(Path folder) {
    try {
      Path place = folder.resolve("native");
      Files.createDirectories(place);
      if (place.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx------"));
      }
      for (String property : PROPERTIES) {
        System.setProperty(property, place.toString());
      }
      log.debug("Libraries are unpacked in {}", place);
    } catch (IOException e) {
      log.warn("Libraries could not be unpacked in {}: {}", folder, e.toString());
    }
  }

  /** The folder that contains the jar. */
  private static Optional<Path> jarFolder() {
    try {
      var source = NativeLibraries.class.getProtectionDomain().getCodeSource();
      return source == null
          ? Optional.empty()
          : Optional.ofNullable(Path.of(source.getLocation().toURI()).getParent());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Whether a library can be written to the folder and then be executed from there. */
  private static boolean canHoldLibraries(Path folder) {
    Path there = folder.toAbsolutePath();
    while (there.getParent() != null && Files.notExists(there)) {
      there = there.getParent();
    }
    try {
      Path real = there.toRealPath();
      return Files.isDirectory(real)
          && Files.isWritable(real)
          && Files.getFileStore(real).getUsableSpace() >= ROOM
          && !(Files.exists(MOUNTS) && isNoexec(real.toString(), Files.readAllLines(MOUNTS)));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether a folder is mounted {@code noexec}.
   *
   * @param mounts lines of <a
   *     href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">mountinfo</a>
   */
  public static boolean isNoexec(String folder, List<String> mounts) {
    String longest = "";
    boolean noexec = false;
    for (String line : mounts) {
      String[] fields = line.split(" ", 7);
      if (fields.length < 6) {
        continue;
      }
      String point = fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
      String inside = point.endsWith("/") ? point : point + "/";
      if (point.length() >= longest.length() && (folder + "/").startsWith(inside)) {
        longest = point; // of two mounts at the same point, the later one hides the earlier
        noexec = List.of(fields[5].split(",", -1)).contains("noexec");
      }
    }
    return noexec;
  }
}
