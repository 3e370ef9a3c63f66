package io.bookbell.hub;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps bytes that a client sends right after its WebSocket handshake, or after its request for an
 * event stream, away from the HTTP decoder, which would parse them as another request. Used on the
 * channel's event loop only.
 *
 * <p>The gate precedes the decoder and forwards bytes up to the end of each request head. Its
 * {@link UpgradeWatcher} behind the decoder then decides whether that head is such a request. If it
 * is, the gate holds further bytes until the hub takes over the channel or the request is refused;
 * a client that sends more than 128 KiB meanwhile is disconnected. All other requests pass,
 * including those for other upgrades: a request whose body is held here would never complete.
 */
public final class UpgradeGate extends ChannelInboundHandlerAdapter {
  private static final int MAX_HELD_BYTES = 1 << 17;

  private final UpgradeWatcher upgradeWatcher = new UpgradeWatcher();
  private final Predicate<String> isRoute;
  private final Predicate<String> isStreamRoute;
  private @Nullable ChannelHandlerContext self;
  private @Nullable ByteBuf held;
  private boolean shut;
  private boolean passing;
  private int endOfHead;

  private UpgradeGate(Predicate<String> isRoute, Predicate<String> isStreamRoute) {
    this.isRoute = isRoute;
    this.isStreamRoute = isStreamRoute;
  }

  /**
   * Installs a gate in a pipeline that ends with the HTTP request handler, before anything has been
   * read. {@link WebSocketManager#connect} removes it again.
   *
   * @param isRoute whether requests for a raw path may become WebSockets
   */
  public static void install(Channel channel, Predicate<String> isRoute) {
    install(channel, isRoute, _ -> false);
  }

  /**
   * Like {@link #install(Channel, Predicate)}.
   *
   * @param isStreamRoute whether requests for a raw path may become event streams
   */
  public static void install(
      Channel channel, Predicate<String> isRoute, Predicate<String> isStreamRoute) {
    ChannelPipeline pipeline = channel.pipeline();
    UpgradeGate gate = new UpgradeGate(isRoute, isStreamRoute);
    ChannelHandlerContext encryption = pipeline.context(SslHandler.class);
    if (encryption == null) {
      pipeline.addFirst(gate);
    } else {
      pipeline.addAfter(encryption.name(), null, gate);
    }
    pipeline.addBefore(pipeline.lastContext().name(), null, gate.upgradeWatcher);
  }

  /**
   * Whether the gate is holding back what follows the last request. A channel may be taken over
   * only while it is.
   */
  public static boolean isGateClosed(Channel channel) {
    UpgradeGate gate = channel.pipeline().get(UpgradeGate.class);
    return gate != null && gate.shut;
  }

  /** Whether the hub may take over the channel: a handshake or stream is a GET without a body. */
  private boolean mayTakeOver(HttpRequest request) {
    HttpHeaders headers = request.headers();
    String path = pathOf(request.uri());
    boolean isHandshake =
        isRoute.test(path)
            && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    return request.method().equals(HttpMethod.GET)
        && (isHandshake || isStreamRoute.test(path))
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !hasLength(headers.get(HttpHeaderNames.CONTENT_LENGTH));
  }

  private static String pathOf(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  private static boolean hasLength(@Nullable String length) {
    return length != null && !length.chars().allMatch(c -> c == '0');
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    self = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    ByteBuf come = (ByteBuf) bytes;
    held =
        held == null
            ? come
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), held, come);
    forwardHeld(context);
    if (held != null && held.readableBytes() > MAX_HELD_BYTES) {
      context.close();
    }
  }

  /** Forwards what may pass. Handlers behind this one may remove it while they are called. */
  private void forwardHeld(ChannelHandlerContext context) {
    if (passing) {
      return;
    }
    passing = true;
    while (held != null && !shut) {
      ByteBuf all = held;
      int head = headLength(all);
      if (head == all.readableBytes()) {
        held = null;
        context.fireChannelRead(all);
      } else {
        context.fireChannelRead(all.readRetainedSlice(head));
      }
    }
    passing = false;
  }

  /**
   * The number of bytes up to and including the next empty line, or all of them if there is none.
   */
  private int headLength(ByteBuf bytes) {
    for (int at = bytes.readerIndex(); at < bytes.writerIndex(); at++) {
      switch (bytes.getByte(at)) {
        case '\n' -> endOfHead++;
        case '\r' -> {
          // precedes the line feed and doesn't count as a character of the line
        }
        default -> endOfHead = 0;
      }
      if (endOfHead == 2) {
        endOfHead = 0;
        return at + 1 - bytes.readerIndex();
      }
    }
    return bytes.readableBytes();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    releaseHeld();
    context.fireChannelInactive();
  }

  /** Forwards the held bytes to the hub, which has taken over the channel. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ByteBuf rest = held;
    held = null;
    if (rest != null) {
      context.fireChannelRead(rest);
      context.fireChannelReadComplete();
    }
  }

  private void openGate() {
    shut = false;
    ChannelHandlerContext gate = self;
    if (gate != null && held != null) {
      forwardHeld(gate);
      gate.fireChannelReadComplete();
    }
  }

  private void releaseHeld() {
    ReferenceCountUtil.release(held);
    held = null;
  }

  /**
   * Follows the decoder: closes the gate at such a request, and opens it again if that is refused.
   */
  private final class UpgradeWatcher extends ChannelDuplexHandler {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request
          && request.decoderResult().isSuccess()
          && mayTakeOver(request)) {
        shut = true;
      }
      context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      context.write(message, promise);
      if (shut
          && message instanceof HttpResponse response
          && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
        context.executor().execute(UpgradeGate.this::openGate);
      }
    }
  }
}
