package io.bookbell.server.creator;

import java.awt.image.BufferedImage;

/**
 * Makes pictures smaller: each new pixel is the mean of those whose place it takes. Needs neither
 * fonts nor a display, which Java's own drawing looks for. Stateless.
 */
final class PictureScaler {
  private static final int CHANNELS = 4;

  private PictureScaler() {}

  /** A picture with plain pixels, at most so wide and so high as the given one. */
  static BufferedImage to(BufferedImage from, int width, int height) {
    boolean hasAlpha = from.getColorModel().hasAlpha();
    var to =
        new BufferedImage(
            width, height, hasAlpha ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
    int[] line = new int[from.getWidth()];
    for (int y = 0; y < height; y++) {
      int top = place(y, from.getHeight(), height);
      int bottom = Math.max(top + 1, place(y + 1, from.getHeight(), height));
      long[] sums = new long[width * CHANNELS];
      for (int row = top; row < bottom; row++) {
        from.getRGB(0, row, line.length, 1, line, 0, line.length);
        add(line, sums, width);
      }
      for (int x = 0; x < width; x++) {
        to.setRGB(x, y, mean(sums, x, (long) columns(x, line.length, width) * (bottom - top)));
      }
    }
    return to;
  }

  private static int place(int at, int from, int to) {
    return (int) ((long) at * from / to);
  }

  private static int columns(int x, int from, int to) {
    int left = place(x, from, to);
    return Math.max(left + 1, place(x + 1, from, to)) - left;
  }

  /** Colours count by how opaque they are. */
  private static void add(int[] line, long[] sums, int width) {
    for (int x = 0; x < width; x++) {
      int left = place(x, line.length, width);
      int right = left + columns(x, line.length, width);
      for (int column = left; column < right; column++) {
        int pixel = line[column];
        int alpha = pixel >>> 24;
        sums[x * CHANNELS] += alpha;
        sums[x * CHANNELS + 1] += (long) alpha * ((pixel >> 16) & 0xFF);
        sums[x * CHANNELS + 2] += (long) alpha * ((pixel >> 8) & 0xFF);
        sums[x * CHANNELS + 3] += (long) alpha * (pixel & 0xFF);
      }
    }
  }

  private static int mean(long[] sums, int x, long pixels) {
    long alpha = sums[x * CHANNELS];
    if (alpha == 0) {
      return 0;
    }
    int mean = rounded(alpha, pixels) << 24;
    for (int channel = 1; channel < CHANNELS; channel++) {
      mean |= rounded(sums[x * CHANNELS + channel], alpha) << (8 * (CHANNELS - 1 - channel));
    }
    return mean;
  }

  private static int rounded(long sum, long count) {
    return (int) ((sum + count / 2) / count);
  }
}
