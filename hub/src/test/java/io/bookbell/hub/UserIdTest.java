package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {
  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void onlyPositiveNumbersAreUserIds(long value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UserId(value))
        .withMessage("a user id is at least 1, got " + value);
  }

  @Test
  void ordersByNumberNotByText() {
    assertThat(LongStream.of(10, 9, 100).mapToObj(UserId::new).sorted())
        .extracting(UserId::value)
        .containsExactly(9L, 10L, 100L);
  }

  @Test
  void toStringIsTheNumber() {
    assertThat(new UserId(42)).hasToString("42");
  }
}
