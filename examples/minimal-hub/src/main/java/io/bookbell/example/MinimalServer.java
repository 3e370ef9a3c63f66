package io.bookbell.example;

import io.bookbell.hub.HandshakeGate;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Netty HTTP server on loopback that hands its WebSockets over to the hub. {@code
 * /ws?user=1&since=5} connects user 1, who has the first five messages already.
 */
final class MinimalServer implements AutoCloseable {
  private final WebSocketManager hub;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listening;

  MinimalServer(int port, WebSocketManager hub) {
    this.hub = hub;
    this.listening =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(new Http())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .syncUninterruptibly()
            .channel();
  }

  static void main() {
    var server = new MinimalServer(8090, new SharedCounter().hub());
    System.out.println("Connect to ws://localhost:" + server.port() + "/ws?user=1");
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  @Override
  public void close() {
    hub.close();
    loops.shutdownGracefully().syncUninterruptibly();
  }

  private final class Http extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      channel
          .pipeline()
          .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 16), new Upgrade());
      HandshakeGate.install(channel, "/ws"::equals);
    }
  }

  /** Answers the handshake, then lets the hub take the channel over. */
  private final class Upgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      Channel channel = context.channel();
      if (!HandshakeGate.isShut(channel)) {
        context.close(); // not a handshake for /ws
        return;
      }
      var query = new QueryStringDecoder(request.uri()).parameters();
      var user = new UserId(Long.parseLong(query.getOrDefault("user", List.of("1")).getFirst()));
      var since = Optional.ofNullable(query.get("since")).map(List::getFirst).map(Position::parse);
      new WebSocketServerHandshakerFactory("", null, false)
          .newHandshaker(request)
          .handshake(channel, request)
          .addListener(_ -> hub.connect(channel, user, Map.of(), since));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
