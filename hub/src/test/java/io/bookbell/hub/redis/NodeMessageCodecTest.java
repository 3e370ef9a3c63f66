package io.bookbell.hub.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NodeMessageCodecTest {
  private static final UserId ANN = new UserId(1);
  private static final UserId ZOE = new UserId(Long.MAX_VALUE);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  static Stream<NodeMessage> messages() {
    return Stream.of(
        new NodeMessage.NodeHeartbeat("a", 7, Long.MAX_VALUE),
        new NodeMessage.LoopbackEcho("node-2.x", 0),
        new NodeMessage.PresenceChange("a", 1, 2, Set.of(ANN, ZOE), Set.of(new UserId(300))),
        new NodeMessage.PresenceChange("a", 1, 2, Set.of(), Set.of()),
        new NodeMessage.PresenceQuery("a"),
        new NodeMessage.PresenceSnapshot("a", 1L << 40, Set.of(ZOE)),
        new NodeMessage.NodeShutdown("a"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsWrittenIsRead(NodeMessage message) throws Exception {
    assertThat(NodeMessageCodec.decode(NodeMessageCodec.encode("a/1", message))).isEqualTo(message);
  }

  @Test
  void aChangeKeepsOrderNumbersStatesAndBytes() throws Exception {
    NodeMessage read = NodeMessageCodec.decode(NodeMessageCodec.encode("a/1", change()));
    assertThat(read).isInstanceOf(NodeMessage.CommittedDeliveries.class);
    NodeMessage.CommittedDeliveries committedDeliveries = (NodeMessage.CommittedDeliveries) read;
    assertThat(committedDeliveries.node()).isEqualTo("a");
    assertThat(committedDeliveries.channel()).isEqualTo("chat");
    Delivery numbered = committedDeliveries.deliveries().getFirst();
    assertThat(new String(numbered.message().json(), UTF_8)).isEqualTo("{\"ü\":\"☃\"}");
    assertThat(numbered.message().state()).isEmpty();
    assertThat(numbered.sequence()).isEqualTo(Map.of(ANN, 1L, ZOE, Long.MAX_VALUE));
    assertThat(numbered.unnumbered()).containsExactly(new UserId(5));
    Delivery state = committedDeliveries.deliveries().getLast();
    assertThat(state.message().state()).contains(new Message.StateKey("creator:9", -3));
    assertThat(state.sequence()).isEmpty();
    assertThat(state.unnumbered()).isEqualTo(Set.of(ANN, ZOE));
  }

  @Test
  void aHundredThousandUsersTakeLittleMoreThanAByteEach() {
    Set<UserId> users =
        LongStream.rangeClosed(1, 100_000)
            .mapToObj(id -> new UserId(id * 3))
            .collect(Collectors.toSet());
    byte[] frame = NodeMessageCodec.encode("a/1", new NodeMessage.PresenceSnapshot("a", 1, users));
    assertThat(frame.length).isLessThan(101_000);
  }

  @Test
  void aFrameThatIsCutShortAnywhereIsMalformed() {
    Stream.concat(messages(), Stream.of(change()))
        .map(message -> NodeMessageCodec.encode("a/1", message))
        .forEach(
            frame -> {
              for (int length = 0; length < frame.length; length++) {
                assertMalformed(Arrays.copyOf(frame, length));
              }
              assertMalformed(Arrays.copyOf(frame, frame.length + 1));
            });
  }

  @Test
  void noBytesAtAllBringAnythingButAMessageOrTheOneException() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    List<byte[]> frames =
        Stream.concat(messages(), Stream.of(change()))
            .map(message -> NodeMessageCodec.encode("a/1", message))
            .toList();
    for (int round = 0; round < 20_000; round++) {
      byte[] frame = frames.get(random.nextInt(frames.size())).clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        frame[random.nextInt(frame.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(NodeMessageCodec.decode(frame)).isNotNull();
      } catch (MalformedFrameException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      } catch (RuntimeException wrong) {
        throw new AssertionError("-Dseed=" + SEED + " " + Arrays.toString(frame), wrong);
      }
    }
  }

  @Test
  void hugePromisesReserveNothing() {
    assertMalformed(2, 0, 5, 1, 'a', 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F);
    assertMalformed(2, 0, 7, 1, 'a', 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01);
    assertMalformed(2, 0, 2, 1, 'a', 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
  }

  @Test
  void unknownKindsWrongUsersAndNoJsonAreMalformed() {
    assertMalformed(2, 0, 99, 1, 'a');
    assertMalformed(2, 0, 4, 1, 0xFF);
    assertMalformed(2, 0, 5, 1, 'a', 0, 1, 0);
    assertMalformed(2, 0, 7, 1, 'a', 1, 2, 'n', 'o', 0, 0, 0);
    assertMalformed(2, 0, 7, 1, 'a', 1, 2, '{', '}', 2, 0, 0);
    assertMalformed(2, 0, 7, 1, 'a', 1, 2, '{', '}', 0, 1, 1, 0, 0);
  }

  @Test
  void anotherVersionIsForeignAndNotMalformed() {
    assertThat(NodeMessageCodec.hasOtherVersion(new byte[] {1, 1})).isTrue();
    assertThat(NodeMessageCodec.hasOtherVersion(NodeMessageCodec.encode("a/1", change())))
        .isFalse();
    assertThat(NodeMessageCodec.hasOtherVersion(new byte[0])).isFalse();
  }

  @Test
  void aFrameSaysWhichHistoriesItsSenderServes() throws Exception {
    byte[] frame = NodeMessageCodec.encode("a/1", change());

    assertThat(NodeMessageCodec.hasOtherDatabaseEpoch(frame, "a/1")).isFalse();
    assertThat(NodeMessageCodec.hasOtherDatabaseEpoch(frame, "a/2")).isTrue();
    assertThat(NodeMessageCodec.hasOtherDatabaseEpoch(frame, "")).isTrue();
    assertThatThrownBy(() -> NodeMessageCodec.hasOtherDatabaseEpoch(new byte[0], "a/1"))
        .isInstanceOf(MalformedFrameException.class);
  }

  private static NodeMessage change() {
    return new NodeMessage.CommittedDeliveries(
        "a",
        "chat",
        List.of(
            new Delivery(
                Message.of("{\"ü\":\"☃\"}".getBytes(UTF_8)),
                Map.of(ANN, 1L, ZOE, Long.MAX_VALUE),
                Set.of(new UserId(5))),
            Delivery.unnumbered(
                Message.state("creator:9", -3, "{}".getBytes(UTF_8)), Set.of(ANN, ZOE))));
  }

  private static void assertMalformed(int... octets) {
    byte[] frame = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      frame[i] = (byte) octets[i];
    }
    assertMalformed(frame);
  }

  private static void assertMalformed(byte[] frame) {
    assertThatThrownBy(() -> NodeMessageCodec.decode(frame))
        .as(Arrays.toString(frame))
        .isInstanceOf(MalformedFrameException.class);
  }
}
