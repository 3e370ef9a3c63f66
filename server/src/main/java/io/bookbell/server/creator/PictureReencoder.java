package io.bookbell.server.creator;

import io.bookbell.server.http.PictureType;
import io.bookbell.server.http.Problem;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Re-encodes a picture, so that only pixels are stored: no metadata, and no other content disguised
 * as an image. The dimensions are read from the header before anything is decoded. Stateless; takes
 * up to a few tenths of a second.
 */
final class PictureReencoder {
  static final int MAX_SIDE_PIXELS = 4096;
  static final int MAX_PIXELS = 16 << 20;
  static final int SIDE = 512;

  /** A scan takes as long as the whole picture, however few bytes it has. Usual are up to 12. */
  private static final int MAX_SCANS = 50;

  private static final int START_OF_SCAN = 0xDA;

  /** A larger opaque PNG is probably a photograph, for which JPEG needs a fraction of the size. */
  private static final int LARGE_PNG = 200 * 1024;

  private static final float JPEG_QUALITY = 0.88f;

  private PictureReencoder() {}

  /**
   * Returns the picture, scaled down to at most {@link #SIDE} pixels in width and height.
   *
   * @throws Problem 400 when it is too large or can't be read
   */
  static ProfilePicture redrawPicture(PictureType type, byte[] content) {
    if (type == PictureType.JPEG) {
      requireFewScans(content);
    }
    Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(type.mediaType());
    if (!readers.hasNext()) {
      throw unreadablePicture(type);
    }
    ImageReader reader = readers.next();
    try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      reader.setInput(stream, true, true);
      BufferedImage image = readScaled(reader);
      boolean isJpeg = type == PictureType.JPEG;
      return encodePicture(
          isJpeg
              ? ExifOrientation.rotateUpright(image, ExifOrientation.readOrientation(content))
              : image,
          isJpeg);
    } catch (Problem problem) {
      throw problem;
    } catch (IOException | RuntimeException e) { // readers throw anything at bad input
      throw unreadablePicture(type);
    } finally {
      reader.dispose();
    }
  }

  /**
   * Limits what decoding a JPEG may take. Counts every marker, also those in metadata: a scan
   * contains none, so no scan can be hidden.
   */
  private static void requireFewScans(byte[] content) {
    int scans = 0;
    for (int at = 1; at < content.length; at++) {
      if ((content[at - 1] & 0xFF) == 0xFF && (content[at] & 0xFF) == START_OF_SCAN) {
        scans++;
      }
    }
    if (scans > MAX_SCANS) {
      throw Problem.validationFailed(
          "picture", "must have at most %d scans; it has %d".formatted(MAX_SCANS, scans));
    }
  }

  /**
   * Decodes the picture and scales it down. A large picture is subsampled while it is decoded, to
   * at least twice the final size.
   */
  private static BufferedImage readScaled(ImageReader reader) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if (width > MAX_SIDE_PIXELS || height > MAX_SIDE_PIXELS || (long) width * height > MAX_PIXELS) {
      throw Problem.validationFailed(
          "picture",
          "must be at most 4,096 pixels wide and high, and at most 16 megapixels; it is %d × %d"
              .formatted(width, height));
    }
    int longest = Math.max(width, height);
    var parameters = reader.getDefaultReadParam();
    int step = Math.max(1, longest / (2 * SIDE));
    parameters.setSourceSubsampling(step, step, 0, 0);
    BufferedImage image = reader.read(0, parameters);
    double scale = Math.min(1, (double) SIDE / longest);
    return PictureScaler.scaleImage(
        image,
        Math.clamp(Math.round(width * scale), 1, image.getWidth()),
        Math.clamp(Math.round(height * scale), 1, image.getHeight()));
  }

  private static ProfilePicture encodePicture(BufferedImage image, boolean fromJpeg) {
    boolean isOpaque = !image.getColorModel().hasAlpha();
    byte[] png = fromJpeg ? new byte[0] : encodeImage(image, "png");
    if (fromJpeg || (isOpaque && png.length > LARGE_PNG)) {
      return new ProfilePicture(PictureType.JPEG.mediaType(), encodeImage(image, "jpeg"));
    }
    if (png.length > ProfilePicture.MAX_BYTES) {
      int width = Math.max(1, image.getWidth() / 2);
      return encodePicture(
          PictureScaler.scaleImage(image, width, Math.max(1, image.getHeight() / 2)), false);
    }
    return new ProfilePicture(PictureType.PNG.mediaType(), png);
  }

  private static byte[] encodeImage(BufferedImage image, String format) {
    var bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (var stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(JPEG_QUALITY);
      }
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("A picture could not be written to memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static Problem unreadablePicture(PictureType type) {
    return Problem.validationFailed(
        "picture", "cannot be read as " + type + ": its content is damaged");
  }
}
