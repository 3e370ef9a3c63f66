package io.bookbell.bench;

import io.bookbell.hub.Connection;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * A hub on embedded channels, whose clients have missed nothing and send nothing. For one thread.
 */
final class QuietHub implements AutoCloseable {
  private final InProcessBackplane backplane = new InProcessBackplane();
  private final WebSocketManager manager =
      new WebSocketManager(
          "bench",
          HubOptions.defaults(),
          new PresentFeed(0),
          (connection, text) -> {},
          backplane,
          InstantSource.system());

  WebSocketManager manager() {
    return manager;
  }

  Connection connect(EmbeddedChannel channel, UserId user) {
    return manager.connect(channel, user, Map.of(), Optional.empty());
  }

  /** Returns how many buffers the channel has written since the last call. */
  static int written(EmbeddedChannel channel) {
    channel.runPendingTasks();
    int buffers = channel.outboundMessages().size();
    channel.releaseOutbound();
    return buffers;
  }

  @Override
  public void close() {
    manager.close();
    backplane.close();
  }
}
