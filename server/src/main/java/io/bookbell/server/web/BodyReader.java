package io.bookbell.server.web;

import io.bookbell.server.web.BodyBudget.Owner;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * The body of one request. It stays on the wire until a route reads it, which a route does when it
 * knows who is asking and how much that caller may send. A body that no route reads is dropped as
 * it comes, after the answer. Confined to the request's event loop.
 */
final class BodyReader {
  /** The largest body of a route that needs no session. */
  static final int MOST_FROM_STRANGERS = 16 << 10;

  /** The largest body of any other route. */
  static final int MOST = 1 << 20;

  /** This much needs no budget: it costs no more than the head of the request. */
  private static final int FREE = 2048;

  /** So much of a refused body is read and dropped, so that its sender gets to read the answer. */
  private static final long MOST_DROPPED = 2L << 20;

  private static final long LINGER_MS = 1000;
  private static final String KEY = "bookbell.body";

  private final RoutingContext context;
  private final BodyBudget budget;
  private final Promise<Void> whole = Promise.promise();
  private Buffer content = Buffer.buffer();
  private BodyState bodyState = BodyState.WAITING;
  private Owner owner = BodyBudget.STRANGERS;
  private int most;
  private long taken;
  private long dropped;
  private boolean last;

  private enum BodyState {
    WAITING,
    READING,
    READ,
    DROPPING
  }

  private BodyReader(RoutingContext context, BodyBudget budget) {
    this.context = context;
    this.budget = budget;
  }

  /** Holds the body of a request back, if it has one, and lets the request go on. */
  static void attachTo(RoutingContext context, BodyBudget budget) {
    budget.attachTo(context);
    if (hasBody(context.request())) {
      var body = new BodyReader(context, budget);
      context.put(KEY, body);
      body.pauseRequest();
    }
    context.next();
  }

  /** Whether a request says that a body follows. */
  static boolean hasBody(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || declaredLength(request) > 0;
  }

  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? 0 : Math.max(0, ApiRequest.parseId(length.strip()));
  }

  /**
   * Reads the whole body, if there is one; it is then in {@link #content}.
   *
   * @param most fails with 413 when it is longer
   * @param owner fails with 503 when this owner's memory, or that of all, is used up
   */
  static Future<Void> readBody(RoutingContext context, int most, Owner owner) {
    BodyReader body = context.get(KEY);
    return body == null ? Future.succeededFuture() : body.readBody(most, owner);
  }

  /** What was read; empty when there was nothing. */
  static Buffer contentOf(RoutingContext context) {
    BodyReader body = context.get(KEY);
    return body == null ? Buffer.buffer() : body.content;
  }

  private void pauseRequest() {
    context
        .request()
        .pause()
        .handler(this::onChunk)
        .endHandler(_ -> onBodyEnd())
        .exceptionHandler(_ -> {}); // the connection is closed, and the answer with it
    context.addHeadersEndHandler(_ -> announceClose());
    context.addEndHandler(_ -> onResponseEnd());
  }

  private Future<Void> readBody(int atMost, Owner whose) {
    most = atMost;
    owner = whose;
    if (declaredLength(context.request()) > most) {
      return Future.failedFuture(Problem.tooLarge(most));
    }
    if (hasExpectHeader()) {
      if (!isContinueExpected()) {
        return Future.failedFuture(
            Problem.of(417, "refused", "Refused", "Expect supports only 100-continue."));
      }
      var _ = context.response().writeContinue();
    }
    bodyState = BodyState.READING;
    context.request().resume();
    return whole.future();
  }

  private boolean hasExpectHeader() {
    return context.request().headers().contains(HttpHeaders.EXPECT)
        && context.request().version() != HttpVersion.HTTP_1_0;
  }

  private boolean isContinueExpected() {
    return "100-continue".equalsIgnoreCase(context.request().getHeader(HttpHeaders.EXPECT));
  }

  private void onChunk(Buffer bytes) {
    if (bodyState == BodyState.READING) {
      if (content.length() + bytes.length() > most) {
        rejectBody(Problem.tooLarge(most));
      } else if (!tryTake(bytes.length())) {
        rejectBody(Problem.serverBusy("Too many large requests are in progress. Try again."));
      } else {
        content.appendBuffer(bytes);
      }
    } else {
      dropped += bytes.length();
      if (dropped > MOST_DROPPED) {
        closeConnection();
      }
    }
  }

  private boolean tryTake(int bytes) {
    if (content.length() + bytes <= FREE) {
      return true;
    }
    if (!budget.tryTake(owner, bytes)) {
      return false;
    }
    taken += bytes;
    return true;
  }

  private void rejectBody(Problem problem) {
    bodyState = BodyState.DROPPING;
    releaseBudget();
    whole.fail(problem);
  }

  private void onBodyEnd() {
    if (bodyState == BodyState.READING) {
      bodyState = BodyState.READ;
      whole.complete();
    } else if (last) {
      closeConnection();
    }
    bodyState = BodyState.READ;
  }

  /** Whoever must not be waited for is told that this is the connection's last answer. */
  private void announceClose() {
    boolean waits = bodyState == BodyState.WAITING && hasExpectHeader();
    boolean sendsMore =
        bodyState != BodyState.READ && declaredLength(context.request()) > MOST_DROPPED;
    if (waits || sendsMore) {
      last = true;
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
  }

  /** The answer is on its way, or the client is gone. */
  private void onResponseEnd() {
    releaseBudget();
    if (bodyState == BodyState.READ) {
      return;
    }
    bodyState = BodyState.DROPPING;
    context.request().resume();
    if (last) {
      context.vertx().setTimer(LINGER_MS, _ -> closeConnection());
    }
  }

  private void releaseBudget() {
    content = Buffer.buffer();
    if (taken > 0) {
      budget.releaseBytes(owner, taken);
      taken = 0;
    }
  }

  private void closeConnection() {
    var _ = context.request().connection().close();
  }
}
