package io.bookbell.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures a committed change that is broadcast to many users with one connection each, from {@link
 * WebSocketManager#broadcast(List)} to the frames, without a network.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
public class BroadcastBenchmark {
  @Param({"10", "100", "1000"})
  int connections;

  private final Message message =
      Message.of(
          ("{\"type\":\"book_request_update\",\"action\":\"approved\",\"text\":\""
                  + "x".repeat(400)
                  + "\"}")
              .getBytes(UTF_8));
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final QuietHub hub = new QuietHub();
  private long seq;

  @Setup
  public void connect() {
    for (int user = 1; user <= connections; user++) {
      EmbeddedChannel channel = new EmbeddedChannel();
      hub.connect(channel, new UserId(user));
      channels.add(channel);
    }
    writtenBuffers();
  }

  /** Returns the number of buffers written, at least one per connection. */
  @Benchmark
  public int broadcast() {
    seq++;
    Map<UserId, Long> audience = HashMap.newHashMap(connections);
    for (int user = 1; user <= connections; user++) {
      audience.put(new UserId(user), seq);
    }
    hub.manager().broadcast(List.of(Delivery.numbered(message, audience)));
    int buffers = writtenBuffers();
    if (buffers < connections) {
      throw new IllegalStateException("expected " + connections + " buffers, got " + buffers);
    }
    return buffers;
  }

  @TearDown
  public void close() {
    hub.close();
  }

  private int writtenBuffers() {
    return channels.stream().mapToInt(QuietHub::written).sum();
  }
}
