package io.bookbell.hub;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hub behind a plain Netty HTTP server on loopback. {@code /ws?user=1&since=5&after=20} answers
 * the handshake after 20 ms. Paths other than {@code /ws} answer 200, and a user at the limit gets
 * 429.
 */
public final class HubServer implements AutoCloseable {
  private final EventLoopGroup loops;
  private final Channel listening;
  private final WebSocketManager manager;

  /** Uses epoll if available. */
  public HubServer(WebSocketManager manager) {
    this(manager, Epoll.isAvailable());
  }

  public HubServer(WebSocketManager manager, boolean epoll) {
    this.manager = manager;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            2, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.listening =
        new ServerBootstrap()
            .group(loops)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.SO_SNDBUF, 1 << 16)
            .childHandler(new Http())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  @Override
  public void close() {
    manager.close();
    listening.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Http extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(new HttpServerCodec(), new Route());
      UpgradeGate.install(channel, "/ws"::equals);
    }
  }

  private final class Route extends SimpleChannelInboundHandler<Object> {
    private @Nullable HttpRequest begun;

    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request) {
        begun = request;
      }
      if (message instanceof LastHttpContent && begun != null) {
        whole(context, begun);
      }
    }

    private void whole(ChannelHandlerContext context, HttpRequest request) {
      QueryStringDecoder uri = new QueryStringDecoder(request.uri());
      long after = Long.parseLong(parameter(uri, "after").orElse("0"));
      if (!uri.path().equals("/ws") || !request.method().equals(HttpMethod.GET)) {
        answer(context, HttpResponseStatus.OK);
      } else if (after > 0) {
        context.executor().schedule(() -> upgrade(context, uri), after, TimeUnit.MILLISECONDS);
      } else {
        upgrade(context, uri);
      }
    }

    private void upgrade(ChannelHandlerContext context, QueryStringDecoder uri) {
      UserId user = new UserId(Long.parseLong(parameter(uri, "user").orElseThrow()));
      Optional<Reservation> place = manager.tryReserve(user);
      if (place.isEmpty()) {
        answer(context, HttpResponseStatus.TOO_MANY_REQUESTS);
        return;
      }
      DefaultHttpResponse switching =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
      switching
          .headers()
          .set(HttpHeaderNames.UPGRADE, "websocket")
          .set(HttpHeaderNames.CONNECTION, "Upgrade");
      context.write(switching);
      context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      manager.connect(
          context.channel(), place.get(), Map.of(), parameter(uri, "since").map(Position::parse));
    }

    private void answer(ChannelHandlerContext context, HttpResponseStatus status) {
      DefaultFullHttpResponse response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
      context.writeAndFlush(response);
    }

    private Optional<String> parameter(QueryStringDecoder uri, String name) {
      return uri.parameters().getOrDefault(name, List.of()).stream().findFirst();
    }
  }
}
