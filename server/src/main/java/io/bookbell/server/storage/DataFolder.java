package io.bookbell.server.storage;

import io.bookbell.server.config.FileFailureReason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that holds SQLite's files, accessible only to its owner. Called by the thread that
 * opens the database. File systems without POSIX permissions are left as they are.
 */
public final class DataFolder {
  private static final Logger log = LoggerFactory.getLogger(DataFolder.class);
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<String> OWN_FOLDERS = Set.of("demo", "native", "lost+found");
  private static final String LOCK = "bookbell.lock";
  private static final int STICKY = 0x200;

  /** File systems on which SQLite can't rely on file locks or shared memory. */
  private static final Pattern NETWORK =
      Pattern.compile(
          "nfs\\d*|cifs|smb\\w*|9p|virtiofs|afs|ceph|lustre|gpfs|beegfs\\w*|gfs2|ocfs2|glusterfs|davfs\\d*|webdav|osxfs"
              + "|fuse\\..+");

  private DataFolder() {}

  /**
   * Creates the folder and the database file if they are missing, removes group and other
   * permissions from the folder and the files, and logs a warning if the folder is on a network
   * file system.
   *
   * @param database the name of SQLite's file; the files SQLite creates beside it get the same
   *     permissions
   * @throws DatabaseException if the folder can't be created or written
   */
  public static void prepareFolder(Path folder, String database) {
    try {
      Files.createDirectories(folder, permissionAttributes(folder, FOLDER));
      List<Path> closed = new ArrayList<>();
      if (isOwn(folder)) {
        restrictPermissions(folder, FOLDER, closed);
      }
      for (String name : List.of(database, database + "-wal", database + "-shm", LOCK)) {
        restrictPermissions(folder.resolve(name), FILE, closed);
      }
      if (!closed.isEmpty()) {
        log.info("Access is now restricted to the owner: {}", closed);
      }
      createFile(folder, folder.resolve(LOCK));
      createFile(folder, folder.resolve(database));
      warnIfNetwork(folder);
    } catch (FileAlreadyExistsException e) {
      throw new DatabaseException("BOOKBELL_DATA names " + folder + ", which is not a folder", e);
    } catch (IOException e) {
      throw notWritable(folder, e);
    }
  }

  static DatabaseException notWritable(Path folder, IOException cause) {
    return new DatabaseException(
        "Cannot write to the data folder %s: %s (BOOKBELL_DATA names it)"
            .formatted(folder, FileFailureReason.describeFailure(cause)),
        cause);
  }

  /** Creates a file that only its owner can access, unless it exists. */
  public static void createFile(Path folder, Path file) throws IOException {
    if (Files.notExists(file)) {
      try {
        Files.createFile(file, permissionAttributes(folder, FILE));
      } catch (FileAlreadyExistsException e) {
        // another process created it first; the lock decides which of the two may use the folder
      }
    }
  }

  private static FileAttribute<?>[] permissionAttributes(
      Path place, Set<PosixFilePermission> permissions) {
    return isPosix(place)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path place) {
    return place.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Whether the folder is used for nothing else, unlike /tmp or a home directory. */
  private static boolean isOwn(Path folder) throws IOException {
    if (!isPosix(folder) || ((Integer) Files.getAttribute(folder, "unix:mode") & STICKY) != 0) {
      return false;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path entry : entries) {
        if (!OWN_FOLDERS.contains(entry.getFileName().toString())) {
          return false;
        }
      }
    }
    return true;
  }

  private static void restrictPermissions(
      Path place, Set<PosixFilePermission> most, List<Path> closed) throws IOException {
    if (!isPosix(place) || !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Set<PosixFilePermission> kept = EnumSet.copyOf(Files.getPosixFilePermissions(place));
    if (kept.retainAll(most)) {
      try {
        Files.setPosixFilePermissions(place, kept);
        closed.add(place);
      } catch (IOException e) {
        log.warn(
            "{} can be read by others, and its permissions cannot be changed: {}",
            place,
            FileFailureReason.describeFailure(e));
      }
    }
  }

  private static void warnIfNetwork(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    if (isNetwork(store.type())) {
      log.warn(
          "The data folder {} is on a network file system ({}), where SQLite's locks may fail and its data"
              + " be damaged: use a local disk, or PostgreSQL (BOOKBELL_DATABASE_URL)",
          folder,
          store.type());
    }
  }

  static boolean isNetwork(String type) {
    return NETWORK.matcher(type.toLowerCase(Locale.ROOT)).matches();
  }
}
