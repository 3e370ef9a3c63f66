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
  static void hold(RoutingContext context, BodyBudget budget) {
    budget.feed(context);
    if (isAnnounced(context.request())) {
      var body = new BodyReader(context, budget);
      context.put(KEY, body);
      body.hold();
    }
    context.next();
  }

  /** Whether a request says that a body follows. */
  static boolean isAnnounced(HttpServerRequest request) {
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
  static Future<Void> read(RoutingContext context, int most, Owner owner) {
    BodyReader body = context.get(KEY);
    return body == null ? Future.succeededFuture() : body.read(most, owner);
  }

  /** What was read; empty when there was nothing. */
  static Buffer content(RoutingContext context) {
    BodyReader body = context.get(KEY);
    return body == null ? Buffer.buffer() : body.content;
  }

  private void hold() {
    context
        .request()
        .pause()
        .handler(this::arrived)
        .endHandler(_ -> ended())
        .exceptionHandler(_ -> {}); // the connection is closed, and the answer with it
    context.addHeadersEndHandler(_ -> announceEnd());
    context.addEndHandler(_ -> answered());
  }

  private Future<Void> read(int atMost, Owner whose) {
    most = atMost;
    owner = whose;
    if (declaredLength(context.request()) > most) {
      return Future.failedFuture(Problem.tooLarge(most));
    }
    if (isPromiseAwaited()) {
      if (!isContinueAwaited()) {
        return Future.failedFuture(
            Problem.of(417, "refused", "Refused", "Expect supports only 100-continue."));
      }
      var _ = context.response().writeContinue();
    }
    bodyState = BodyState.READING;
    context.request().resume();
    return whole.future();
  }

  private boolean isPromiseAwaited() {
    return context.request().headers().contains(HttpHeaders.EXPECT)
        && context.request().version() != HttpVersion.HTTP_1_0;
  }

  private boolean isContinueAwaited() {
    return "100-continue".equalsIgnoreCase(context.request().getHeader(HttpHeaders.EXPECT));
  }

  private void arrived(Buffer bytes) {
    if (bodyState == BodyState.READING) {
      if (content.length() + bytes.length() > most) {
        refuse(Problem.tooLarge(most));
      } else if (!tryTake(bytes.length())) {
        refuse(Problem.busy("Too many large requests are in progress. Try again."));
      } else {
        content.appendBuffer(bytes);
      }
    } else {
      dropped += bytes.length();
      if (dropped > MOST_DROPPED) {
        close();
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

  private void refuse(Problem problem) {
    bodyState = BodyState.DROPPING;
    release();
    whole.fail(problem);
  }

  private void ended() {
    if (bodyState == BodyState.READING) {
      bodyState = BodyState.READ;
      whole.complete();
    } else if (last) {
      close();
    }
    bodyState = BodyState.READ;
  }

  /** Whoever must not be waited for is told that this is the connection's last answer. */
  private void announceEnd() {
    boolean waits = bodyState == BodyState.WAITING && isPromiseAwaited();
    boolean sendsMore =
        bodyState != BodyState.READ && declaredLength(context.request()) > MOST_DROPPED;
    if (waits || sendsMore) {
      last = true;
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
  }

  /** The answer is on its way, or the client is gone. */
  private void answered() {
    release();
    if (bodyState == BodyState.READ) {
      return;
    }
    bodyState = BodyState.DROPPING;
    context.request().resume();
    if (last) {
      context.vertx().setTimer(LINGER_MS, _ -> close());
    }
  }

  private void release() {
    content = Buffer.buffer();
    if (taken > 0) {
      budget.giveBack(owner, taken);
      taken = 0;
    }
  }

  private void close() {
    var _ = context.request().connection().close();
  }
}
