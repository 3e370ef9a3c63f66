package io.bookbell.server.creator;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureDecoderTest {
  private static final int SIDE = 1000;

  /** Decoding takes long enough for some of them to wait when they become useless. */
  @Test
  void whatNobodyWaitsForIsNotDecoded() throws IOException {
    byte[] content = picture();
    var gone = new CompletableFuture<Void>();
    try (var decoder = new PictureDecoder()) {
      var useless =
          Stream.generate(() -> decoder.readPicture(content, gone).toCompletableFuture())
              .limit(40)
              .toList();
      var useful = decoder.readPicture(content, new CompletableFuture<>()).toCompletableFuture();
      gone.complete(null);

      assertThat(useful.join().content()).isNotEmpty();
      assertThat(useless.getLast()).isCancelled();
    }
  }

  private static byte[] picture() throws IOException {
    var drawn = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    var content = new ByteArrayOutputStream();
    ImageIO.write(drawn, "png", content);
    return content.toByteArray();
  }
}
