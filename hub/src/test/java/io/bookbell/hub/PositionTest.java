package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
  @Test
  void readsANumberAndAnEpochWithANumber() {
    assertThat(Position.parse("0")).isEqualTo(new Position(Optional.empty(), 0));
    assertThat(Position.parse("a1-b2:42")).isEqualTo(new Position(Optional.of("a1-b2"), 42));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 1",
        "-1",
        "+1",
        "1.0",
        "x",
        ":1",
        "a:",
        "a:b:1",
        "99999999999999999999",
        "١"
      })
  void refusesAnythingElseInWords(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Position.parse(text))
        .withMessageContaining("such as 42");
  }

  @Test
  void writesWhatItReads() {
    assertThat(Position.parse("e:7")).hasToString("e:7");
    assertThat(Position.parse("7")).hasToString("7");
  }
}
