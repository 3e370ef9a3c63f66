package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hub behind a plain Netty HTTP server on loopback. {@code /ws?user=1&since=5&after=20} answers
 * the handshake after 20 ms. {@code /stream} is an event stream, and {@code /poll?limit=5&wait=100}
 * a long poll, whose answer has a line for each message. Other paths answer 200, and a user at the
 * limit gets 429, or with {@code unreserved=1} is connected without a slot.
 */
public final class HubServer implements AutoCloseable {
  private static final Set<String> PATHS = Set.of("/ws", "/stream", "/poll");
  private static final byte[] STREAM_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".getBytes(UTF_8);

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
      UpgradeGate.install(channel, "/ws"::equals, "/stream"::equals);
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
      if (!PATHS.contains(uri.path()) || !request.method().equals(HttpMethod.GET)) {
        answer(context, HttpResponseStatus.OK, "");
      } else if (after > 0) {
        context.executor().schedule(() -> upgrade(context, uri), after, TimeUnit.MILLISECONDS);
      } else {
        upgrade(context, uri);
      }
    }

    private void upgrade(ChannelHandlerContext context, QueryStringDecoder uri) {
      UserId user = new UserId(Long.parseLong(parameter(uri, "user").orElseThrow()));
      Optional<Reservation> place =
          parameter(uri, "unreserved").isPresent()
              ? Optional.of(Reservation.createSettled(user))
              : manager.tryReserve(user);
      if (place.isEmpty()) {
        answer(context, HttpResponseStatus.TOO_MANY_REQUESTS, "");
        return;
      }
      Optional<Position> since = parameter(uri, "since").map(Position::parse);
      if (uri.path().equals("/stream")) {
        manager.connectStream(context.channel(), STREAM_HEAD, place.get(), Map.of(), since);
        return;
      }
      if (uri.path().equals("/poll")) {
        poll(context, uri, place.get(), since);
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
      manager.connect(context.channel(), place.get(), Map.of(), since);
    }

    private void poll(
        ChannelHandlerContext context,
        QueryStringDecoder uri,
        Reservation place,
        Optional<Position> since) {
      LongPoll poll =
          new LongPoll(
              context.channel().eventLoop(),
              parameter(uri, "limit").map(Integer::parseInt).orElse(1000),
              Duration.ofMillis(parameter(uri, "wait").map(Long::parseLong).orElse(0L)),
              outcome -> answer(context, HttpResponseStatus.OK, text(outcome)));
      Connection connection = manager.connectPoll(poll, place, Map.of(), since);
      context.channel().closeFuture().addListener(_ -> connection.close(CloseReason.NORMAL));
    }

    private String text(LongPoll.PollOutcome outcome) {
      return switch (outcome) {
        case LongPoll.PollOutcome.ClosedPoll(CloseReason reason) -> "closed " + reason.code();
        case LongPoll.PollOutcome.PolledMessages polled -> {
          StringBuilder lines = new StringBuilder("position " + polled.position());
          polled.snapshot().ifPresent(first -> lines.append("\n").append(text(first.json())));
          polled.entries().forEach(one -> lines.append("\n").append(text(json(one))));
          polled.unnumbered().forEach(one -> lines.append("\n").append(text(one.json())));
          yield lines.toString();
        }
      };
    }

    private byte[] json(HistoryPage.HistoryEntry entry) {
      return entry.message().json(entry.seq());
    }

    private String text(byte[] json) {
      return new String(json, UTF_8);
    }

    private void answer(ChannelHandlerContext context, HttpResponseStatus status, String body) {
      DefaultFullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
      context.writeAndFlush(response);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close(); // the client has reset the connection
    }

    private Optional<String> parameter(QueryStringDecoder uri, String name) {
      return uri.parameters().getOrDefault(name, List.of()).stream().findFirst();
    }
  }
}
