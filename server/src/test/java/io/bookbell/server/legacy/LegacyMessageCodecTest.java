package io.bookbell.server.legacy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.legacy.LegacyMessageCodec.DecodedMessage;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoding messages for the replaced system, and decoding and validating its messages. */
class LegacyMessageCodecTest {

  @Test
  void aMessageIsWrittenWithItsUsersAsTextsAndWithoutNumbers() {
    var delivery =
        Delivery.numbered(
            Message.of("{\"type\":\"quota_update\"}".getBytes(UTF_8)),
            Map.of(new UserId(101), 7L, new UserId(10), 9L));

    assertThat(new String(LegacyMessageCodec.encodeDelivery(delivery, "a1"), UTF_8))
        .isEqualTo(
            "{\"type\":\"quota_update\",\"_target_users\":[\"10\",\"101\"],\"_node\":\"a1\"}");
  }

  @Test
  void anEmptyObjectIsWrittenToo() {
    var delivery = Delivery.unnumbered(Message.of("{}".getBytes(UTF_8)), Set.of(new UserId(1)));

    assertThat(new String(LegacyMessageCodec.encodeDelivery(delivery, "a1"), UTF_8))
        .isEqualTo("{\"_target_users\":[\"1\"],\"_node\":\"a1\"}");
  }

  @Test
  void whatIsReadLosesItsTargetsAndAnyNumber() {
    DecodedMessage decodedMessage =
        read("{\"seq\": 4, \"type\": \"x\", \"_target_users\": [\"1\", 10, \"1\"]}");

    assertThat(decodedMessage)
        .isInstanceOfSatisfying(
            DecodedMessage.LegacyDelivery.class,
            legacyDelivery -> {
              assertThat(legacyDelivery.strangers()).isFalse();
              assertThat(legacyDelivery.delivery().unnumbered())
                  .containsExactlyInAnyOrder(new UserId(1), new UserId(10));
              assertThat(legacyDelivery.delivery().sequence()).isEmpty();
              assertThat(new String(legacyDelivery.delivery().message().json(), UTF_8))
                  .isEqualTo("{\"type\":\"x\"}");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"\"",
        "\"0\"",
        "\"-1\"",
        "\"01\"",
        "\" 1\"",
        "\"1.0\"",
        "1.5",
        "-1",
        "0",
        "true",
        "null",
        "[\"1\"]",
        "{}",
        "\"one\"",
        "\"٣\"",
        "\"99999999999999999999\"",
        "99999999999999999999"
      })
  void aUserWhoCannotBeOneIsLeftOutAndTheOthersAreNot(String odd) {
    assertThat(read("{\"_target_users\": [\"1\", " + odd + "]}"))
        .isInstanceOfSatisfying(
            DecodedMessage.LegacyDelivery.class,
            legacyDelivery -> {
              assertThat(legacyDelivery.strangers()).isTrue();
              assertThat(legacyDelivery.delivery().unnumbered()).containsExactly(new UserId(1));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ping",
        "[]",
        "\"text\"",
        "null",
        "{",
        "{} {}",
        "{}",
        "{\"type\": \"x\"}",
        "{\"_target_users\": null}",
        "{\"_target_users\": \"1\"}",
        "{\"_target_users\": {\"1\": 1}}",
        "{\"_target_users\": [\"1\"], \"_target_users\": [\"2\"]}"
      })
  void whatIsNotInTheFormGoesToNobody(String text) {
    assertThat(read(text)).isInstanceOf(DecodedMessage.MalformedMessage.class);
  }

  @Test
  void whatIsTooLongOrTooDeepGoesToNobody() {
    assertThat(read("[".repeat(100_000))).isInstanceOf(DecodedMessage.MalformedMessage.class);
    String filled = "{\"_target_users\":[\"1\"],\"text\":\"" + "x".repeat(1 << 20) + "\"}";
    assertThat(read(filled)).isInstanceOf(DecodedMessage.MalformedMessage.class);
    assertThat(
            LegacyMessageCodec.decodeMessage(
                new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
        .isInstanceOf(DecodedMessage.MalformedMessage.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a1\"", "null", "1"})
  void whatComesFromANodeOfThisSystemIsKnownAsThat(String node) {
    assertThat(read("{\"_target_users\": [\"1\"], \"_node\": " + node + "}"))
        .isInstanceOf(DecodedMessage.OwnNodeMessage.class);
  }

  private static DecodedMessage read(String text) {
    return LegacyMessageCodec.decodeMessage(text.getBytes(UTF_8));
  }
}
