package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests refused before Vert.x sees them, with the clock controlled by the test. */
class RequestGuardTest {
  private static final RequestGuard.RequestTimeouts LIMITS =
      new RequestGuard.RequestTimeouts(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));

  private final RefusalCounters refusalCounters = new RefusalCounters();
  private final Application application = new Application();
  private final EmbeddedChannel channel = channel();

  private EmbeddedChannel channel() {
    var embedded =
        new EmbeddedChannel(new HttpRequestDecoder(), new HttpResponseEncoder(), application);
    embedded.freezeTime();
    RequestGuard.install(embedded, LIMITS, refusalCounters);
    return embedded;
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void aWholeRequestIsHandedOnAndTheConnectionStays() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    application.answer();
    pass(60);
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
    application.answer();
    pass(60);

    assertThat(sent()).startsWith("HTTP/1.1 200").doesNotContain("408");
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void aHeadThatTricklesIsCut() {
    send("GET / HT");
    for (int second = 0; second < 9; second++) {
      pass(1);
      send("x");
    }
    assertThat(sent()).isEmpty();
    pass(1);

    assertRefused(408, "request_timeout");
    assertThat(refusalCounters.countOf(RefusalCounters.RefusalReason.LATE)).isOne();
  }

  @Test
  void aHeadThatTricklesBehindAnotherRequestIsCut() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    application.answer();
    sent();
    pass(60);
    send("GET");
    pass(9);
    send(" /");
    pass(2);

    assertRefused(408, "request_timeout");
  }

  @Test
  void aBodyThatTricklesIsCut() {
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    for (int step = 0; step < 5; step++) {
      pass(5);
      send("x");
    }
    assertThat(sent()).isEmpty();
    pass(5);

    assertRefused(408, "request_timeout");
  }

  @Test
  void aSlowBodyAfterTheResponseIsDisconnected() {
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    application.answer();
    sent();
    pass(31);

    assertThat(sent()).isEmpty();
    pass(2);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aConnectionOnWhichNothingIsSaidIsClosedWithoutWords() {
    pass(11);

    assertThat(sent()).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whoDoesNotReadAnAnswerIsCut() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    channel.runPendingTasks();
    pass(59);
    assertThat(channel.isOpen()).isTrue();
    pass(2);

    assertThat(channel.isOpen()).isFalse();
    assertThat(refusalCounters.countOf(RefusalCounters.RefusalReason.UNREAD)).isOne();
  }

  @Test
  void whoReadsAnAnswerInTheEndStays() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int time = 0; time < 3; time++) {
      channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
      channel.runPendingTasks();
      pass(50);
      channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
      channel.runPendingTasks();
    }

    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void whoWaitsForAnAnswerIsNotLate() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    pass(300);

    assertThat(channel.isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a%41b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:70000\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTX/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nBad header: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\n:\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      })
  void whatIsNoRequestIsRefused(String bytes) {
    send(bytes);

    assertRefused(400, "malformed_request");
    assertThat(refusalCounters.countOf(RefusalCounters.RefusalReason.MALFORMED)).isOne();
    assertThat(application.failed).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a.b:80",
        "my_host",
        "a:",
        "127.0.0.1:8080",
        "[::1]:8080",
        "[::ffff:1.2.3.4]"
      })
  void aHostIsANameOrAnAddress(String host) {
    send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");

    assertThat(application.requests).isOne();
  }

  @Test
  void anOldClientNeedsNoHost() {
    send("GET / HTTP/1.0\r\n\r\n");

    assertThat(application.requests).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/9\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
      })
  void earlierRequestsAreAnsweredBeforeAMalformedOneIsRefused(String malformed) {
    String good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    send(good + good + malformed + good);
    application.answer();
    assertThat(sent()).startsWith("HTTP/1.1 200").doesNotContain("HTTP/1.1 400");
    application.answer();

    assertThat(sent()).startsWith("HTTP/1.1 200").contains("HTTP/1.1 400");
    pass(2);
    assertThat(channel.isOpen()).isFalse();
    assertThat(refusalCounters.countOf(RefusalCounters.RefusalReason.MALFORMED)).isOne();
  }

  @Test
  void anAnswerIsNotLostToABadChunkBehindIt() {
    application.answersAtOnce = true;
    send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");

    assertThat(sent()).startsWith("HTTP/1.1 200");
    pass(2);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void afterARefusalNothingElseGoesOut() {
    send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    sent();
    application.answer();
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(sent()).isEmpty();
    assertThat(application.requests).isOne();
  }

  @Test
  void theAnswerToHeadHasNoBody() {
    send("HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n");

    assertThat(sent()).startsWith("HTTP/1.1 400").endsWith("\r\n\r\n");
  }

  @Test
  void aRequestBehindTooManyOthersIsRefusedOnceTheyAreAnswered() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000));
    assertThat(application.requests).isEqualTo(RequestGuard.MAX_UNANSWERED);
    for (int number = 0; number < RequestGuard.MAX_UNANSWERED; number++) {
      assertThat(sent()).doesNotContain("429");
      application.answer();
    }

    assertThat(sent())
        .startsWith("HTTP/1.1 200")
        .containsOnlyOnce("HTTP/1.1 429")
        .contains("connection: close", "retry-after: 1", "\"code\":\"rate_limited\"");
    pass(2);
    assertThat(channel.isOpen()).isFalse();
    assertThat(refusalCounters.countOf(RefusalCounters.RefusalReason.PIPELINED)).isOne();
  }

  @Test
  void anyNumberOfRequestsMayFollowOneAnother() {
    application.answersAtOnce = true;
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000));

    assertThat(application.requests).isEqualTo(1000);
    assertThat(channel.isOpen()).isTrue();
  }

  /** Vert.x would throw, and Netty log that, for each of the requests that wait. */
  @Test
  void aConnectionThatFailsIsOnlyClosed() {
    send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
    channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

    assertThat(application.failed).isFalse();
    assertThat(channel.isOpen()).isFalse();
  }

  private void assertRefused(int status, String code) {
    assertThat(sent())
        .startsWith("HTTP/1.1 " + status)
        .contains("application/problem+json", "connection: close", "\"code\":\"" + code + "\"");
    pass(2);
    assertThat(channel.isOpen()).isFalse();
  }

  private void send(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, US_ASCII));
  }

  private void pass(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private String sent() {
    var all = new StringBuilder();
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      all.append(bytes.toString(UTF_8));
      bytes.release();
    }
    return all.toString();
  }

  /** Accepts requests, and responds when told to. */
  private static final class Application extends ChannelInboundHandlerAdapter {
    private ChannelHandlerContext context;
    private int requests;
    private boolean failed;
    private boolean answersAtOnce;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext read, Object message) {
      if (message instanceof HttpRequest) {
        requests++;
        if (answersAtOnce) {
          var _ = context.write(ok());
        }
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
      failed = true;
    }

    private void answer() {
      var _ = context.writeAndFlush(ok());
    }

    private static DefaultFullHttpResponse ok() {
      var response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
      response.headers().set("content-length", 0);
      return response;
    }
  }
}
