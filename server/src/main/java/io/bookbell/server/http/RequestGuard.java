package io.bookbell.server.http;

import io.bookbell.server.http.HeadCheck.BadHeadException;
import io.bookbell.server.json.Json;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel handler between the HTTP decoder and Vert.x, on the connection's event loop. It refuses
 * malformed requests, those that take too long to arrive, and those behind too many others, with a
 * proper response and before Vert.x treats them as errors. The responses to earlier requests of the
 * connection are sent first.
 */
final class RequestGuard extends ChannelDuplexHandler {
  private static final Logger log = LoggerFactory.getLogger(RequestGuard.class);

  /**
   * How long incoming bytes are dropped after the last response, so that the client gets to read
   * it.
   */
  private static final Duration LINGER = Duration.ofSeconds(1);

  /**
   * How much of a response the kernel takes beyond what the client has room for, in bytes. Without
   * a limit it takes megabytes from a client that reads nothing.
   */
  private static final long MAX_UNSENT = 128 << 10;

  private static final long KERNEL_DEFAULT = 0;

  /** Requests of one connection that may wait for their responses, the one in progress included. */
  static final int MAX_UNANSWERED = 128;

  private final RequestTimeouts requestTimeouts;
  private final RefusalCounters refusalCounters;
  private final HeadCheck check = new HeadCheck();

  private AwaitedPart awaitedPart = AwaitedPart.NOTHING;
  private boolean decoded;
  private boolean headRequest;
  private int unanswered;
  private boolean answering;
  private boolean refused;
  private @Nullable Problem delayedRefusal;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable ScheduledFuture<?> fullUntil;

  /** The part of a request that hasn't arrived yet. */
  private enum AwaitedPart {
    NOTHING,
    ANYTHING,
    HEAD,
    BODY
  }

  /**
   * How long a request may take to arrive, and its response to be read.
   *
   * @param head from the first byte of a request to the end of its head
   * @param body from there to the end of its body
   * @param answer how long the socket may stay full while a response waits for its reader
   */
  record RequestTimeouts(Duration head, Duration body, Duration answer) {}

  private RequestGuard(RequestTimeouts requestTimeouts, RefusalCounters refusalCounters) {
    this.requestTimeouts = requestTimeouts;
    this.refusalCounters = refusalCounters;
  }

  /** Adds a guard before the HTTP request handler, the last one of the pipeline. */
  static void install(
      Channel channel, RequestTimeouts requestTimeouts, RefusalCounters refusalCounters) {
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(
        pipeline.lastContext().name(), null, new RequestGuard(requestTimeouts, refusalCounters));
  }

  /** Only Linux has this limit. */
  private static void limitUnsent(Channel channel, long bytes) {
    if (channel instanceof EpollSocketChannel socket && socket.isOpen()) {
      var _ = socket.config().setTcpNotSentLowAt(bytes);
    }
  }

  /** Sets a deadline for the first byte as well, since a silent connection also costs resources. */
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    limitUnsent(context.channel(), MAX_UNSENT);
    awaitedPart = AwaitedPart.ANYTHING;
    setDeadline(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refused || delayedRefusal != null) {
      ReferenceCountUtil.release(message);
      return;
    }
    decoded = true;
    if (message instanceof HttpRequest request) {
      unanswered++;
      awaitedPart = AwaitedPart.BODY;
      clearDeadline();
      headRequest = request.method().equals(HttpMethod.HEAD);
      if (rejectIfMalformed(context, request) || rejectIfTooMany(context, request)) {
        return;
      }
    } else if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      rejectRequest(
          context,
          RefusalCounters.RefusalReason.MALFORMED,
          ResponseWriter.unreadableProblem(content.decoderResult()));
      return;
    }
    if (message instanceof LastHttpContent) {
      awaitedPart = AwaitedPart.NOTHING;
    }
    context.fireChannelRead(message);
  }

  private boolean rejectIfMalformed(ChannelHandlerContext context, HttpRequest request) {
    if (request.decoderResult().isSuccess()) {
      check
          .findFault(request)
          .ifPresent(
              fault ->
                  request.setDecoderResult(DecoderResult.failure(new BadHeadException(fault))));
    }
    DecoderResult result = request.decoderResult();
    if (result.isSuccess()) {
      return false;
    }
    ReferenceCountUtil.release(request);
    rejectRequest(
        context, RefusalCounters.RefusalReason.MALFORMED, ResponseWriter.unreadableProblem(result));
    return true;
  }

  private boolean rejectIfTooMany(ChannelHandlerContext context, HttpRequest request) {
    if (unanswered <= MAX_UNANSWERED) {
      return false;
    }
    ReferenceCountUtil.release(request);
    rejectRequest(
        context,
        RefusalCounters.RefusalReason.PIPELINED,
        Problem.tooMany(
            "rate_limited",
            "At most %d requests may wait on one connection. Await their responses."
                .formatted(MAX_UNANSWERED),
            1));
    return true;
  }

  /** Bytes from which the decoder produced nothing are the beginning of a head. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (awaitedPart == AwaitedPart.ANYTHING) {
      clearDeadline();
      awaitedPart = AwaitedPart.HEAD;
    } else if (awaitedPart == AwaitedPart.NOTHING && !decoded && unanswered == 0) {
      awaitedPart = AwaitedPart.HEAD;
    }
    decoded = false;
    if (awaitedPart == AwaitedPart.NOTHING) {
      clearDeadline();
    } else if (deadline == null && !refused && delayedRefusal == null) {
      setDeadline(context);
    }
    context.fireChannelReadComplete();
  }

  private void setDeadline(ChannelHandlerContext context) {
    Duration limit = awaitedPart == AwaitedPart.BODY ? requestTimeouts.body : requestTimeouts.head;
    deadline =
        context
            .executor()
            .schedule(() -> onRequestTimeout(context), limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void clearDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void onRequestTimeout(ChannelHandlerContext context) {
    deadline = null;
    if (awaitedPart == AwaitedPart.ANYTHING) {
      var _ = context.close();
      return;
    }
    rejectRequest(
        context,
        RefusalCounters.RefusalReason.LATE,
        Problem.of(
            408, "request_timeout", "Request timeout", "The request took too long to arrive."));
  }

  /**
   * Ends the connection once the responses to earlier requests are sent, with a response to this
   * one if none has started.
   */
  private void rejectRequest(
      ChannelHandlerContext context, RefusalCounters.RefusalReason refusalReason, Problem problem) {
    refusalCounters.countRefusal(refusalReason);
    clearDeadline();
    int earlier = awaitedPart == AwaitedPart.HEAD ? unanswered : unanswered - 1;
    if (earlier > 0) {
      delayedRefusal = problem;
    } else {
      refuseNow(context, problem);
    }
  }

  private void refuseNow(ChannelHandlerContext context, Problem problem) {
    refused = true;
    if (answering) {
      var _ = context.close();
    } else if (awaitedPart == AwaitedPart.HEAD || unanswered > 0) {
      endConnection(context, problemResponse(problem));
    } else {
      endConnection(context, Unpooled.EMPTY_BUFFER); // the previous response may still be unsent
    }
  }

  private void endConnection(ChannelHandlerContext context, Object last) {
    var _ =
        context
            .writeAndFlush(last)
            .addListener(
                (ChannelFutureListener)
                    written -> {
                      if (written.channel() instanceof DuplexChannel duplex) {
                        var _ = duplex.shutdownOutput();
                      }
                    });
    deadline =
        context.executor().schedule(() -> close(context), LINGER.toNanos(), TimeUnit.NANOSECONDS);
  }

  private DefaultFullHttpResponse problemResponse(Problem problem) {
    byte[] body = Json.writeAsBytes(problem.toMembers());
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(problem.status()),
            headRequest ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set(WebServer.OWN_ANSWER, "1")
        .set("x-content-type-options", "nosniff")
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    problem
        .retryAfterSeconds()
        .ifPresent(seconds -> response.headers().set(HttpHeaderNames.RETRY_AFTER, seconds));
    return response;
  }

  /** Tracks responses in progress; after a refusal, no other response is sent. */
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (refused) {
      ReferenceCountUtil.release(message);
      if (!promise.isVoid()) {
        promise.tryFailure(new ClosedChannelException());
      }
      return;
    }
    if (message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      var _ = context.write(message, promise);
      return;
    }
    if (message instanceof HttpResponse) {
      answering = true;
    }
    if (message instanceof LastHttpContent) {
      answering = false;
      unanswered--;
    }
    var _ = context.write(message, promise);
    if (delayedRefusal != null && !answering && isRefusalNext()) {
      refuseNow(context, delayedRefusal);
    }
  }

  private boolean isRefusalNext() {
    return unanswered == (awaitedPart == AwaitedPart.HEAD ? 0 : 1);
  }

  /** Closes the connection if the client doesn't read a response in time. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      clearFull();
    } else if (fullUntil == null) {
      fullUntil =
          context
              .executor()
              .schedule(
                  () -> onResponseTimeout(context),
                  requestTimeouts.answer.toNanos(),
                  TimeUnit.NANOSECONDS);
    }
    context.fireChannelWritabilityChanged();
  }

  private void onResponseTimeout(ChannelHandlerContext context) {
    refusalCounters.countRefusal(RefusalCounters.RefusalReason.UNREAD);
    var _ = context.close();
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }

  private void clearFull() {
    if (fullUntil != null) {
      fullUntil.cancel(false);
      fullUntil = null;
    }
  }

  /**
   * Closes a connection that failed, for example because its client has reset it. Vert.x learns
   * only that it is closed: told of a failure, it throws for every request that waits behind
   * another.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    log.debug("A connection of {} failed", context.channel().remoteAddress(), failure);
    var _ = context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    clearDeadline();
    clearFull();
    context.fireChannelInactive();
  }

  /** Called when the hub takes over the connection. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    limitUnsent(context.channel(), KERNEL_DEFAULT);
    clearDeadline();
    clearFull();
  }
}
