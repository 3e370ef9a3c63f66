package io.bookbell.bench.fanout;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Many WebSockets to one server, all on one event loop. Used by one thread. */
final class Swarm implements AutoCloseable {
  private static final int AT_ONCE = 64;

  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<Channel> channels = new ArrayList<>();
  private final Server server;
  private final Tally tally;

  Swarm(Server server, Tally tally) {
    this.server = server;
    this.tally = tally;
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
      SwarmSocket socket =
          new SwarmSocket(server.handshake(channels.size()), tally, server.greeting());
      opening.add(socket.open().whenComplete((_, _) -> gate.release()));
      channels.add(
          new Bootstrap()
              .group(loop)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.SO_LINGER, 0)
              .handler(socket)
              .connect("127.0.0.1", server.port())
              .sync()
              .channel());
    }
    CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new)).join();
  }

  /** Closes every connection abruptly. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
