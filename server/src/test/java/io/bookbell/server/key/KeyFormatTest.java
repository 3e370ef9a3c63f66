package io.bookbell.server.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of keys, which the documentation and scanners for leaked secrets rely on. */
class KeyFormatTest {
  /** Never change this: scanners have the checksum's rule too. */
  private static final String KEY = "bbk_00000000000000000000000000000000000000000004Q0XNn";

  @Test
  void everyKeyIsWellFormedAndItsOwn() {
    var keys =
        IntStream.range(0, 1_000).mapToObj(_ -> KeyFormat.createKey()).collect(Collectors.toSet());

    assertThat(keys).hasSize(1_000).allMatch(KeyFormat::isWellFormed);
    assertThat(keys).allMatch(key -> key.matches("bbk_[0-9A-Za-z]{49}"));
    assertThat(keys).allMatch(key -> key.startsWith(KeyFormat.startOf(key)));
  }

  @Test
  void theChecksumIsAlwaysTheSame() {
    assertThat(KeyFormat.isWellFormed(KEY)).isTrue();
  }

  @Test
  void aKeyWithOneWrongCharacterIsNone() {
    for (int at = 0; at < KEY.length(); at++) {
      char other = KEY.charAt(at) == 'z' ? 'y' : 'z';
      assertThat(KeyFormat.isWellFormed(KEY.substring(0, at) + other + KEY.substring(at + 1)))
          .as("character %d", at)
          .isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bbk_", "bbk_typo", "sk_live_0000"})
  void otherTextsAreNotWellFormed(String text) {
    assertThat(KeyFormat.isWellFormed(text)).isFalse();
    assertThat(KeyFormat.isWellFormed(KEY + text)).isEqualTo(text.isEmpty());
  }
}
