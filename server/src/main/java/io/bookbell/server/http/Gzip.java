package io.bookbell.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Gzip compression of responses. Stateless. */
public final class Gzip {
  private Gzip() {}

  /** Compresses as far as possible, for content that is compressed once and sent often. */
  public static byte[] compressBest(byte[] content) {
    return compressAtLevel(content, Deflater.BEST_COMPRESSION);
  }

  /** Compresses quickly, for content that is compressed per request. */
  static byte[] compressFast(byte[] content) {
    return compressAtLevel(content, Deflater.BEST_SPEED);
  }

  private static byte[] compressAtLevel(byte[] content, int level) {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new LeveledGzipStream(packed, level)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static final class LeveledGzipStream extends GZIPOutputStream {
    LeveledGzipStream(OutputStream out, int level) throws IOException {
      super(out);
      def.setLevel(level);
    }
  }
}
