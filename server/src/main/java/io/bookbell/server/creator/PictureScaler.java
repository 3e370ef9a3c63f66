package io.bookbell.server.creator;

import java.awt.image.BufferedImage;

/**
 * Scales images down by averaging the source pixels of each target pixel. Needs neither fonts nor a
 * display, unlike Java's own drawing. Stateless.
 */
final class PictureScaler {
  private static final int CHANNELS = 4;

  private PictureScaler() {}

  /** Returns the image at the given size, which must not exceed the original's. */
  static BufferedImage scaleImage(BufferedImage from, int width, int height) {
    boolean hasAlpha = from.getColorModel().hasAlpha();
    var to =
        new BufferedImage(
            width, height, hasAlpha ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
    int[] line = new int[from.getWidth()];
    for (int y = 0; y < height; y++) {
      int top = scalePosition(y, from.getHeight(), height);
      int bottom = Math.max(top + 1, scalePosition(y + 1, from.getHeight(), height));
      long[] sums = new long[width * CHANNELS];
      for (int row = top; row < bottom; row++) {
        from.getRGB(0, row, line.length, 1, line, 0, line.length);
        addLine(line, sums, width);
      }
      for (int x = 0; x < width; x++) {
        to.setRGB(
            x,
            y,
            meanColour(sums, x, (long) countSourceColumns(x, line.length, width) * (bottom - top)));
      }
    }
    return to;
  }

  private static int scalePosition(int at, int from, int to) {
    return (int) ((long) at * from / to);
  }

  private static int countSourceColumns(int x, int from, int to) {
    int left = scalePosition(x, from, to);
    return Math.max(left + 1, scalePosition(x + 1, from, to)) - left;
  }

  /** Adds a row of pixels to the sums, with the colours weighted by their alpha. */
  private static void addLine(int[] line, long[] sums, int width) {
    for (int x = 0; x < width; x++) {
      int left = scalePosition(x, line.length, width);
      int right = left + countSourceColumns(x, line.length, width);
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

  private static int meanColour(long[] sums, int x, long pixels) {
    long alpha = sums[x * CHANNELS];
    if (alpha == 0) {
      return 0;
    }
    int mean = divideRounded(alpha, pixels) << 24;
    for (int channel = 1; channel < CHANNELS; channel++) {
      mean |= divideRounded(sums[x * CHANNELS + channel], alpha) << (8 * (CHANNELS - 1 - channel));
    }
    return mean;
  }

  private static int divideRounded(long sum, long count) {
    return (int) ((sum + count / 2) / count);
  }
}
