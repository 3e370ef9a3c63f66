package io.bookbell.server.resilience;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A small in-memory file system that tests fill. Requires the permission to mount one. */
final class SmallDisk implements AutoCloseable {
  private static final int PIECE = 64 << 10;

  private final Path folder;
  private final Path filling;

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.filling = folder.resolve("filling");
  }

  /** Whether this process may mount a file system. */
  static boolean isAllowed(Path folder) {
    try {
      mount(Files.createDirectories(folder.resolve("tried")), 1).close();
      return true;
    } catch (IOException | IllegalStateException e) {
      return false;
    }
  }

  static SmallDisk mount(Path folder, int megabytes) {
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    return new SmallDisk(folder);
  }

  /** Uses up all remaining space. */
  void fill() {
    var piece = new byte[PIECE];
    for (int size = PIECE; size > 0; size /= 16) {
      try (OutputStream out =
          Files.newOutputStream(filling, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(piece, 0, size);
        }
      } catch (IOException full) {
        // a smaller piece may still fit
      }
    }
  }

  void empty() {
    try {
      Files.deleteIfExists(filling);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    run("umount", "-l", folder.toString());
  }

  private static void run(String... words) {
    try {
      int exit =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (exit != 0) {
        throw new IllegalStateException(String.join(" ", words) + " ended with " + exit);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
