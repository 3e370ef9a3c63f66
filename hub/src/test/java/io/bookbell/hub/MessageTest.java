package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
  @Test
  void arraysAreCopied() {
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

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
