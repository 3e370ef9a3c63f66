package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 9, 10, 99, 100, 12_345, 999_999_999_999L, Long.MAX_VALUE})
  void splicesTheNumberInAsFirstField(long sequence) {
    assertThat(payload(Message.of(bytes("{\"type\":\"x\"}")), sequence))
        .isEqualTo("{\"seq\":" + sequence + ",\"type\":\"x\"}");
  }

  @Test
  void anEmptyObjectWithANumberIsStillJson() {
    assertThat(payload(Message.of(bytes("{}")), 7)).isEqualTo("{\"seq\":7}");
  }

  @Test
  void withoutANumberTheTextIsSentAsItIs() {
    assertThat(payload(Message.of(bytes("{\"a\":\"ü\"}")), Sequence.NONE))
        .isEqualTo("{\"a\":\"ü\"}");
  }

  @Test
  void cannotBeChangedThroughItsArrays() {
    byte[] given = bytes("{\"a\":1}");
    Message message = Message.of(given);
    given[2] = 'b';
    message.json()[2] = 'c';
    assertThat(new String(message.json(), UTF_8)).isEqualTo("{\"a\":1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", " {}", "{} "})
  void refusesWhatIsNoObject(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Message.of(bytes(text)));
  }

  private static String payload(Message message, long sequence) {
    ByteBuf out = Unpooled.buffer();
    message.writePayload(sequence, out);
    assertThat(message.payloadSize(sequence)).isEqualTo(out.readableBytes());
    return out.toString(UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
