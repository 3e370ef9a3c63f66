package io.bookbell.server.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookbell.server.config.FileFailureReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file beside that of the data. Each server writes something else into it when it starts,
 * and stores in the data what it wrote and when the file was changed. An older copy of the data
 * doesn't match the file, and a file that was copied together with the data has another time of
 * change, which no program can set. Used by the thread that starts the server.
 */
public final class FileMark {
  private static final Logger log = LoggerFactory.getLogger(FileMark.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int LENGTH = 16;

  private final Path file;

  public FileMark(Path file) {
    this.file = file;
  }

  /**
   * What identified the file before and after it was written.
   *
   * @param found empty if there was none
   */
  public record RenewedMark(String found, String written) {}

  /** Writes another mark. If that fails, the former one stays, and is compared the next time. */
  public RenewedMark renew() {
    String found = read();
    try {
      write(HexFormat.of().toHexDigits(RANDOM.nextLong()));
    } catch (IOException e) {
      log.warn(
          "{} could not be written, so a copy of the data that is put back may not be recognized: {}",
          file,
          FileFailureReason.describeFailure(e));
    }
    return new RenewedMark(found, read());
  }

  /** Writes in place, which takes no room on a disk that is full. */
  private void write(String mark) throws IOException {
    DataFolder.createFile(file.resolveSibling(""), file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(mark.getBytes(US_ASCII)), 0);
      channel.force(true);
    }
  }

  private String read() {
    try {
      String mark = Files.readString(file, US_ASCII);
      return mark.substring(0, Math.min(LENGTH, mark.length())) + changeTime();
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      log.debug("{} could not be read", file, e);
      return "";
    }
  }

  /** Nothing on file systems that don't tell. */
  private String changeTime() throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return "";
    }
    Instant changed = ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
    return "." + changed.getEpochSecond() + "." + changed.getNano();
  }
}
