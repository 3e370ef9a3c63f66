package io.bookbell.server.storage.sqlite;

import io.bookbell.server.storage.DataFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that reserves disk space beside SQLite's. It is deleted when the disk is full, so that
 * people can continue to sign in and out, and created again before commands are accepted. Called on
 * the writer's thread.
 */
final class SqliteReserve {
  private static final Logger log = LoggerFactory.getLogger(SqliteReserve.class);
  private static final long MAX_BYTES = 8L << 20;
  private static final long MIN_BYTES = 256L << 10;

  /** The reserve takes at most 1/SHARE of a small disk. */
  private static final long SHARE = 16;

  private static final int PIECE = 64 << 10;

  private final @Nullable Path file;

  /** Whether the file has existed. If there was never room for it, commands don't wait for it. */
  private boolean made;

  /**
   * Creates the file.
   *
   * @param file null if another process maintains the reserve
   */
  SqliteReserve(@Nullable Path file) {
    this.file = file;
    regainRoom();
    if (file != null && made) {
      releaseIfDiskIsFull(file);
    }
    if (file != null && !made) {
      log.warn("Not enough space for {}, which keeps sign-ins working on a full disk", file);
    }
  }

  /** SQLite can't even be opened on a full disk. */
  private void releaseIfDiskIsFull(Path file) {
    try {
      if (Files.getFileStore(file).getUsableSpace() < MIN_BYTES) {
        log.warn("The disk is full: {} was deleted so that people can still sign in", file);
        releaseRoom();
      }
    } catch (IOException e) {
      log.warn("The space on the disk of {} is unknown: {}", file, e.toString());
    }
  }

  /** Whether the file was deleted because the disk is full. */
  boolean isReleased() {
    return file != null && made && !Files.exists(file);
  }

  /** Deletes the file to free its space. */
  void releaseRoom() {
    if (file == null) {
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.warn("{} could not be removed: {}", file, e.toString());
    }
  }

  /**
   * Creates the file unless it exists.
   *
   * @return whether commands may be written
   */
  boolean regainRoom() {
    return file == null || regainRoom(file);
  }

  private boolean regainRoom(Path file) {
    try {
      if (made && Files.exists(file)) {
        return true;
      }
      var disk = Files.getFileStore(file.toAbsolutePath().getParent());
      long size = Math.clamp(disk.getTotalSpace() / SHARE, MIN_BYTES, MAX_BYTES);
      if (Files.exists(file) && Files.size(file) >= size) {
        made = true;
        return true;
      }
      if (disk.getUsableSpace() < size + size / 2 || !writeFile(file, size)) {
        return !made;
      }
      made = true;
      return true;
    } catch (IOException e) {
      return !made;
    }
  }

  /** Fills the file with random bytes, because some file systems allocate no space for zeros. */
  private boolean writeFile(Path file, long size) {
    var piece = new byte[PIECE];
    try {
      DataFolder.createFile(file, file);
    } catch (IOException e) {
      return false;
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      var random = new SplittableRandom();
      for (long written = 0; written < size; written += piece.length) {
        random.nextBytes(piece);
        out.write(piece);
      }
      return true;
    } catch (IOException e) {
      releaseRoom();
      return false;
    }
  }
}
