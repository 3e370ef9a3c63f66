package io.bookbell.bench.fanout;

import io.bookbell.hub.TransportKind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Many connections to one server, all on one event loop. Used by one thread. */
final class Swarm implements AutoCloseable {
  private static final int AT_ONCE = 64;

  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<Channel> channels = new ArrayList<>();
  private final Server server;
  private final Tally tally;
  private final TransportKind transport;

  /** Creates a swarm of WebSockets. */
  Swarm(Server server, Tally tally) {
    this(server, tally, TransportKind.WEB_SOCKET);
  }

  /**
   * Creates a swarm without connections.
   *
   * @param transport only Bookbell has others than WebSockets
   */
  Swarm(Server server, Tally tally, TransportKind transport) {
    this.server = server;
    this.tally = tally;
    this.transport = transport;
  }

  int size() {
    return channels.size();
  }

  /** Opens connections up to the given number. */
  void growTo(int wanted) throws InterruptedException {
    var gate = new Semaphore(AT_ONCE);
    List<CompletableFuture<Void>> opening = new ArrayList<>();
    while (channels.size() < wanted) {
      gate.acquire();
      var open = new CompletableFuture<Void>();
      opening.add(open.whenComplete((_, _) -> gate.release()));
      channels.add(
          new Bootstrap()
              .group(loop)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.SO_LINGER, 0)
              .handler(newHandler(channels.size(), open))
              .connect("127.0.0.1", server.port())
              .sync()
              .channel());
    }
    CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new)).join();
  }

  /** Closes the newest connections abruptly, down to the given number. */
  void shrinkTo(int wanted) throws InterruptedException {
    while (channels.size() > wanted) {
      channels.removeLast().close().sync();
    }
  }

  private ChannelHandler newHandler(int connection, CompletableFuture<Void> open) {
    return switch (transport) {
      case WEB_SOCKET ->
          new SwarmSocket(server.handshake(connection), tally, server.greeting(), open);
      case EVENT_STREAM ->
          new SwarmRequest(server.request(connection, "/api/messages/stream"), true, open);
      case LONG_POLL ->
          new SwarmRequest(
              server.request(connection, "/api/messages?since=0&wait=55"), false, open);
    };
  }

  /** Closes every connection abruptly. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
