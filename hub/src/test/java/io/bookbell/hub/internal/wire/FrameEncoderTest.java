package io.bookbell.hub.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameEncoderTest {
  private static final int SHORT_HEADER = 2;

  @ParameterizedTest
  @ValueSource(longs = {1, 9, 10, 99, 100, 12_345, 999_999_999_999L, Long.MAX_VALUE})
  void splicesTheNumberInAsFirstField(long sequence) {
    assertThat(payload("{\"type\":\"x\"}", sequence))
        .isEqualTo("{\"seq\":" + sequence + ",\"type\":\"x\"}");
  }

  @Test
  void anEmptyObjectWithANumberIsStillJson() {
    assertThat(payload("{}", 7)).isEqualTo("{\"seq\":7}");
  }

  @Test
  void withoutANumberTheTextIsSentAsItIs() {
    assertThat(payload("{\"a\":\"ü\"}", Sequence.NONE)).isEqualTo("{\"a\":\"ü\"}");
  }

  @ParameterizedTest
  @ValueSource(ints = {120, 125, 126, 0xFFFF, 0x10000})
  void noFrameExceedsItsBound(int size) {
    Message message = Message.of(("{\"a\":\"" + "x".repeat(size - 8) + "\"}").getBytes(UTF_8));
    ByteBuf out = Unpooled.buffer();
    FrameEncoder.encodeText(message, Sequence.NONE, out);
    assertThat(message.size()).isEqualTo(size);
    assertThat(out.readableBytes())
        .isGreaterThan(size)
        .isLessThanOrEqualTo(FrameEncoder.maxFrameSize(message, Sequence.NONE));
  }

  /** The payload of a message's frame, whose length must be in the header. */
  private static String payload(String json, long sequence) {
    ByteBuf out = Unpooled.buffer();
    FrameEncoder.encodeText(Message.of(json.getBytes(UTF_8)), sequence, out);
    assertThat((int) out.getByte(1)).isEqualTo(out.readableBytes() - SHORT_HEADER);
    return out.skipBytes(SHORT_HEADER).toString(UTF_8);
  }
}
