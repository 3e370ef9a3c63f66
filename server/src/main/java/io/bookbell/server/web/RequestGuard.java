package io.bookbell.server.web;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
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

/**
 * Stands between the HTTP decoder and Vert.x, on the connection's event loop: refuses what is no
 * HTTP and what takes too long to arrive, in words, quietly, and before Vert.x makes an error of
 * it. Only what is refused while an earlier answer is still due is left to Vert.x, which keeps the
 * order of answers.
 */
final class RequestGuard extends ChannelDuplexHandler {
  /** After a last answer, what still comes is dropped for so long, so that the answer arrives. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final RequestTimeouts requestTimeouts;
  private final RefusalCounters refusalCounters;
  private final HeadCheck check = new HeadCheck();

  private AwaitedPart awaitedPart = AwaitedPart.NOTHING;
  private boolean decoded;
  private boolean headRequest;
  private int unanswered;
  private boolean answering;
  private boolean refused;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable ScheduledFuture<?> fullUntil;

  /** What a client has begun to send and not finished. */
  private enum AwaitedPart {
    NOTHING,
    ANYTHING,
    HEAD,
    BODY
  }

  /**
   * How long a request may take to arrive.
   *
   * @param head from its first byte to the end of its head
   * @param body from there to the end of its body
   * @param answer how long so much of an answer may wait for its reader that the socket is full
   */
  record RequestTimeouts(Duration head, Duration body, Duration answer) {}

  private RequestGuard(RequestTimeouts requestTimeouts, RefusalCounters refusalCounters) {
    this.requestTimeouts = requestTimeouts;
    this.refusalCounters = refusalCounters;
  }

  /** Puts a guard before the handler of HTTP requests, the last one of a pipeline. */
  static void install(
      Channel channel, RequestTimeouts requestTimeouts, RefusalCounters refusalCounters) {
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(
        pipeline.lastContext().name(), null, new RequestGuard(requestTimeouts, refusalCounters));
  }

  /** A connection on which nothing is ever said costs its place as well. */
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    awaitedPart = AwaitedPart.ANYTHING;
    setDeadline(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    decoded = true;
    if (message instanceof HttpRequest request) {
      unanswered++;
      awaitedPart = AwaitedPart.BODY;
      clearDeadline();
      headRequest = request.method().equals(HttpMethod.HEAD);
      if (rejectIfMalformed(context, request)) {
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
          .ifPresent(fault -> request.setDecoderResult(DecoderResult.failure(fault)));
    }
    DecoderResult result = request.decoderResult();
    if (result.isSuccess()) {
      return false;
    }
    if (unanswered > 1) {
      refusalCounters.countRefusal(RefusalCounters.RefusalReason.MALFORMED);
      return false;
    }
    ReferenceCountUtil.release(request);
    rejectRequest(
        context, RefusalCounters.RefusalReason.MALFORMED, ResponseWriter.unreadableProblem(result));
    return true;
  }

  /** Bytes of which nothing came out of the decoder are the beginning of a head. */
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
    } else if (deadline == null && !refused) {
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

  /** Ends the connection, with an answer where one is due and none has begun. */
  private void rejectRequest(
      ChannelHandlerContext context, RefusalCounters.RefusalReason refusalReason, Problem problem) {
    refusalCounters.countRefusal(refusalReason);
    refused = true;
    clearDeadline();
    boolean isDue =
        awaitedPart == AwaitedPart.HEAD ? unanswered == 0 : unanswered == 1 && !answering;
    if (isDue) {
      endConnection(context, problemResponse(problem));
    } else if (unanswered == 0) {
      endConnection(context, Unpooled.EMPTY_BUFFER); // the answer before has perhaps not left yet
    } else {
      var _ = context.close();
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
    return response;
  }

  /** Follows which answers are under way; after a refusal no other one goes out. */
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
  }

  /** Whoever does not read an answer may not keep it here. */
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

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    clearDeadline();
    clearFull();
    context.fireChannelInactive();
  }

  /** The hub takes the connection over. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    clearDeadline();
    clearFull();
  }
}
