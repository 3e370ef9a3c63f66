package io.bookbell.server.creator;

import java.awt.image.BufferedImage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the orientation from a JPEG's Exif data, a number from 1 (upright) to 8, and rotates the
 * image accordingly, which is necessary because its metadata is removed. Stateless.
 */
final class ExifOrientation {
  private static final int UPRIGHT = 1;
  private static final int TRANSPOSED_FROM = 5;
  private static final int MAX_ORIENTATION = 8;
  private static final int START_OF_SCAN = 0xDA;
  private static final int APP1 = 0xE1;
  private static final int EXIF = 0x45786966;
  private static final int TAG = 0x0112;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /** Returns the orientation; upright if it is missing or invalid. */
  static int readOrientation(byte[] jpeg) {
    try {
      return scanSegments(ByteBuffer.wrap(jpeg));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return UPRIGHT;
    }
  }

  private static int scanSegments(ByteBuffer jpeg) {
    jpeg.position(2);
    while (true) {
      int marker = jpeg.getShort() & 0xFF;
      if (marker == START_OF_SCAN) {
        return UPRIGHT;
      }
      int length = (jpeg.getShort() & 0xFFFF) - 2;
      ByteBuffer segment = jpeg.slice(jpeg.position(), length);
      if (marker == APP1 && length > 6 && segment.getInt() == EXIF) {
        return readExif(segment.slice(6, length - 6));
      }
      jpeg.position(jpeg.position() + length);
    }
  }

  private static int readExif(ByteBuffer tiff) {
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = tiff.getShort(directory) & 0xFFFF;
    for (int entry = 0; entry < entries; entry++) {
      int at = directory + 2 + entry * ENTRY_BYTES;
      if ((tiff.getShort(at) & 0xFFFF) == TAG) {
        int value = tiff.getShort(at + 8);
        return value >= UPRIGHT && value <= MAX_ORIENTATION ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** Returns the image rotated or mirrored to be upright. */
  static BufferedImage rotateUpright(BufferedImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int width = image.getWidth();
    int height = image.getHeight();
    boolean transposed = orientation >= TRANSPOSED_FROM;
    var turned =
        new BufferedImage(
            transposed ? height : width, transposed ? width : height, image.getType());
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int right = width - 1 - x;
        int below = height - 1 - y;
        int pixel = image.getRGB(x, y);
        switch (orientation) {
          case 2 -> turned.setRGB(right, y, pixel);
          case 3 -> turned.setRGB(right, below, pixel);
          case 4 -> turned.setRGB(x, below, pixel);
          case 5 -> turned.setRGB(y, x, pixel);
          case 6 -> turned.setRGB(below, x, pixel);
          case 7 -> turned.setRGB(below, right, pixel);
          default -> turned.setRGB(y, right, pixel);
        }
      }
    }
    return turned;
  }
}
