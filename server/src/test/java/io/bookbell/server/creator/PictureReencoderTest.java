package io.bookbell.server.creator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.http.Problem;
import io.bookbell.server.support.Images;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureReencoderTest {
  private static final int RED = 0xFF0000;

  @ParameterizedTest
  @CsvSource({
    "png, 40, 20, 40, 20, image/png",
    "gif, 40, 20, 40, 20, image/png",
    "jpeg, 40, 20, 40, 20, image/jpeg",
    "png, 1, 1, 1, 1, image/png",
    "png, 2000, 1000, 512, 256, image/png",
    "jpeg, 600, 3000, 102, 512, image/jpeg",
    "png, 4096, 2, 512, 1, image/png"
  })
  void aLargePictureIsScaledDown(
      String format, int width, int height, int newWidth, int newHeight, String type) {
    ProfilePicture profilePicture = ProfilePicture.of(Images.of(format, width, height));

    BufferedImage image = Images.read(profilePicture.content());
    assertThat(image.getWidth()).isEqualTo(newWidth);
    assertThat(image.getHeight()).isEqualTo(newHeight);
    assertThat(profilePicture.mediaType()).isEqualTo(type);
    if (newWidth > 1) {
      assertThat(isRed(image, 0, 0)).isTrue();
      assertThat(isRed(image, newWidth - 1, newHeight - 1)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"png, 4097, 1", "jpeg, 1, 4097", "gif, 5000, 1"})
  void aPictureWithTooManyPixelsIsRefused(String format, int width, int height) {
    byte[] content = Images.of(format, width, height);

    assertThatThrownBy(() -> ProfilePicture.of(content))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(400);
              assertThat(problem.toMembers().toString())
                  .contains("picture", "4,096", width + " × " + height);
            });
  }

  @ParameterizedTest
  @CsvSource({"1, 40, 20", "3, 40, 20", "6, 20, 40", "8, 20, 40"})
  void cameraDataTurnsThePictureAndIsRemoved(int orientation, int width, int height) {
    byte[] content = withExif(Images.of("jpeg", 40, 20), orientation);

    ProfilePicture profilePicture = ProfilePicture.of(content);

    assertThat(new String(content, ISO_8859_1)).contains("Exif", "secret place");
    assertThat(new String(profilePicture.content(), ISO_8859_1))
        .doesNotContain("Exif", "secret place");
    BufferedImage image = Images.read(profilePicture.content());
    assertThat(image.getWidth()).isEqualTo(width);
    assertThat(image.getHeight()).isEqualTo(height);
    boolean redFirst = orientation == 1 || orientation == 6;
    assertThat(isRed(image, 0, 0)).isEqualTo(redFirst);
    assertThat(isRed(image, width - 1, height - 1)).isEqualTo(!redFirst);
  }

  /** Each scan of a progressive JPEG is decoded over the whole picture, and may be tiny. */
  @Test
  void isRefusedWithManyScans() throws IOException {
    byte[] progressive = progressive();
    assertThat(ProfilePicture.of(progressive).content()).isNotEmpty();

    int scan = lastScan(progressive);
    int end = progressive.length - 2; // of the image
    byte[] many = progressive;
    for (int scans = 0; scans < 50; scans++) {
      var all = ByteBuffer.allocate(many.length + end - scan);
      all.put(many, 0, many.length - 2).put(progressive, scan, progressive.length - scan);
      many = all.array();
    }
    byte[] content = many;

    assertThatThrownBy(() -> ProfilePicture.of(content))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(400);
              assertThat(problem.toMembers().toString()).contains("at most 50 scans");
            });
  }

  private static byte[] progressive() throws IOException {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var stream = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(stream);
      var parameters = writer.getDefaultWriteParam();
      parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.write(
          null, new IIOImage(Images.read(Images.of("png", 64, 64)), null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static int lastScan(byte[] jpeg) {
    return new String(jpeg, ISO_8859_1).lastIndexOf("\u00FF\u00DA");
  }

  @Test
  void aTruncatedPictureIsRefused() {
    for (String format : new String[] {"png", "gif"}) {
      byte[] whole = Images.of(format, 300, 300);
      for (int length = 12; length < whole.length / 2; length += 7) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> ProfilePicture.of(cut)).isInstanceOf(Problem.class);
      }
    }
  }

  private static boolean isRed(BufferedImage image, int x, int y) {
    int pixel = image.getRGB(x, y);
    return (pixel & RED) > 0x800000 && (pixel & 0xFF) < 0x80;
  }

  private static byte[] withExif(byte[] jpeg, int orientation) {
    byte[] place = "secret place".getBytes(ISO_8859_1);
    int length = 2 + 6 + 8 + 2 + 12 + 4 + place.length;
    var all = ByteBuffer.allocate(jpeg.length + 2 + length);
    all.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) length);
    all.put("Exif\0\0MM\0*".getBytes(ISO_8859_1)).putInt(8).putShort((short) 1);
    all.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    all.putShort((short) orientation).putShort((short) 0).putInt(0);
    all.put(place).put(jpeg, 2, jpeg.length - 2);
    return all.array();
  }
}
