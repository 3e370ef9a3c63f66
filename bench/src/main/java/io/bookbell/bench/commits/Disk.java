package io.bookbell.bench.commits;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** The disk's baseline: writes and syncs one page after the other. */
final class Disk {
  private static final int PAGE = 4096;

  private Disk() {}

  static double syncsPerSecond(Path folder, Duration time) throws IOException {
    Path file = Files.createTempFile(folder, "floor", ".tmp");
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
      long begin = System.nanoTime();
      int syncs = 0;
      while (System.nanoTime() - begin < time.toNanos()) {
        page.clear();
        channel.write(page);
        channel.force(false);
        syncs++;
      }
      return syncs / ((System.nanoTime() - begin) / 1e9);
    } finally {
      Files.delete(file);
    }
  }
}
