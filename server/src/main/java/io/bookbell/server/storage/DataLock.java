package io.bookbell.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An exclusive lock on a data folder, held by one process. The operating system releases it when
 * the process ends for any reason, so a stale lock can't remain.
 */
public final class DataLock implements AutoCloseable {
  private final FileChannel channel;

  private DataLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks the folder, creating it if it doesn't exist.
   *
   * @throws DatabaseException if another process holds the lock (the message gives its process id),
   *     or if the folder can't be written
   */
  public static DataLock acquireLock(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("bookbell.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      return lockChannel(folder, channel);
    } catch (IOException e) {
      throw DataFolder.notWritable(folder, e);
    }
  }

  private static DataLock lockChannel(Path folder, FileChannel channel) throws IOException {
    if (!isLocked(channel)) {
      String holder = readHolder(channel);
      channel.close();
      throw new DatabaseException(
          "The data folder " + folder + " is in use by another Bookbell, process " + holder);
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
        0);
    return new DataLock(channel);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this process
    }
  }

  private static String readHolder(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(32);
    channel.read(content, 0);
    return StandardCharsets.US_ASCII.decode(content.flip()).toString();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DatabaseException("The lock on the data folder could not be released", e);
    }
  }
}
