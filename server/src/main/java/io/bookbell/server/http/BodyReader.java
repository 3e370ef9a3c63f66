package io.bookbell.server.http;

import io.bookbell.server.http.BodyBudget.Owner;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads the body of one request. The body stays on the wire until a route reads it, once the caller
 * and their size limit are known. A body that no route reads is drained and dropped after the
 * response. Confined to the request's event loop.
 */
final class BodyReader {
  /** The largest body of a route that requires no session, in bytes, unless the route says more. */
  static final int MAX_ANONYMOUS = 16 << 10;

  /** The largest body of any other route, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  /**
   * Bodies up to this size, in bytes, aren't counted: they cost no more than the request's headers.
   */
  private static final int FREE = 2048;

  /**
   * At most this much of a refused body is read and dropped, so that its sender gets to read the
   * response.
   */
  private static final long MAX_DROPPED = 2L << 20;

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

  /** Whether the rest of the body is never read, because the server is busy enough. */
  private boolean abandoned;

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

  /** Pauses the request if it has a body, and passes it on to the next handler. */
  static void attachTo(RoutingContext context, BodyBudget budget) {
    budget.attachTo(context);
    if (hasBody(context.request())) {
      var body = new BodyReader(context, budget);
      context.put(KEY, body);
      body.pauseRequest();
    }
    context.next();
  }

  /** Whether the headers of a request announce a body. */
  static boolean hasBody(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || declaredLength(request) > 0;
  }

  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? 0 : Math.max(0, ApiRequest.parseId(length.strip()));
  }

  /**
   * Reads the whole body, if there is one; {@link #contentOf} then returns it.
   *
   * @param most fails with 413 if the body is longer, in bytes
   * @param owner fails with 503 if this owner's memory, or the total, is used up
   */
  static Future<Void> readBody(RoutingContext context, int most, Owner owner) {
    BodyReader body = context.get(KEY);
    return body == null ? Future.succeededFuture() : body.readBody(most, owner);
  }

  /** Reads the body of a signed-in caller's request, except for GET and HEAD. */
  static Future<Void> readBody(RoutingContext context, Caller caller) {
    var owner = new Owner.User(caller.user());
    BodyBudget.setOwner(context, owner);
    return CallerLookup.isSafe(context.request().method())
        ? Future.succeededFuture()
        : readBody(context, MAX_BYTES, owner);
  }

  /** The body that was read, or an empty buffer. */
  static Buffer contentOf(RoutingContext context) {
    BodyReader body = context.get(KEY);
    return body == null ? Buffer.buffer() : body.content;
  }

  /**
   * Stops reading at once. A paused request alone would be read on until a megabyte of it waits in
   * memory.
   */
  private void pauseRequest() {
    setAutoRead(false);
    context
        .request()
        .pause()
        .handler(this::onChunk)
        .endHandler(_ -> onBodyEnd())
        .exceptionHandler(_ -> {}); // the connection is closed, so no response is possible
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
    setAutoRead(true);
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
        abandonBody();
        rejectBody(Problem.serverBusy("Too many large requests are in progress. Try again."));
      } else {
        content.appendBuffer(bytes);
      }
    } else {
      dropped += bytes.length();
      if (dropped > MAX_DROPPED) {
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

  /** Leaves the rest of the body to the kernel, which makes the sender wait. */
  private void abandonBody() {
    abandoned = true;
    setAutoRead(false);
  }

  private void setAutoRead(boolean on) {
    var _ = ((ConnectionBase) context.request().connection()).channel().config().setAutoRead(on);
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

  /**
   * Announces that the connection closes after this response, if the rest of the body won't be
   * awaited.
   */
  private void announceClose() {
    boolean waits = bodyState == BodyState.WAITING && hasExpectHeader();
    boolean sendsMore =
        bodyState != BodyState.READ && declaredLength(context.request()) > MAX_DROPPED;
    if (waits || sendsMore || abandoned) {
      last = true;
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
  }

  /** Called when the response has been written or the client is gone. */
  private void onResponseEnd() {
    releaseBudget();
    if (bodyState == BodyState.READ) {
      return;
    }
    bodyState = BodyState.DROPPING;
    setAutoRead(!abandoned);
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
