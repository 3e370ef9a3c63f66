package io.bookbell.server.http;

import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.bookbell.server.http.HeadCheck.BadHeadException;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.sql.DataAccessException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends responses and problems. Runs on event loops; stateless. */
final class ResponseWriter {
  private static final Logger log = LoggerFactory.getLogger(ResponseWriter.class);

  /** In bytes. A list of requests shrinks to a fifth; shorter bodies aren't worth the CPU time. */
  private static final int WORTH_PACKING = 2048;

  private static final String EXPIRY = "bookbell.expiry";
  private static final String STATEMENT_TIMEOUT = "57014";

  /** SQLSTATE classes: connection exception, insufficient resources, operator intervention. */
  private static final List<String> UNREACHABLE = List.of("08", "53", "57");

  private ResponseWriter() {}

  static void send(RoutingContext context, EncodedResponse answer) {
    ApiResponse.BinaryContent binaryContent = answer.content();
    if (binaryContent != null) {
      HttpServerResponse response =
          startResponse(context, answer).putHeader("Content-Type", binaryContent.type());
      endResponse(context, response, binaryContent.content());
      return;
    }
    String json = answer.json();
    if (json == null) {
      startResponse(context, answer).end();
      return;
    }
    HttpServerResponse response =
        startResponse(context, answer).putHeader("Content-Type", "application/json");
    Buffer body = Buffer.buffer(json);
    if (body.length() >= WORTH_PACKING && acceptsGzip(context)) {
      response.putHeader("Content-Encoding", "gzip").putHeader("Vary", "Accept-Encoding");
      body = Buffer.buffer(Gzip.compressFast(body.getBytes()));
    }
    endResponse(context, response, body);
  }

  /**
   * Sends the body. Without memory for it a GET is refused, since it can be repeated; the response
   * to a command is always sent.
   */
  private static void endResponse(
      RoutingContext context, HttpServerResponse response, Buffer body) {
    if (context.request().method().equals(HttpMethod.HEAD)) {
      response.putHeader("Content-Length", Integer.toString(body.length())).end();
      return;
    }
    var memory = BodyBudget.tryTakeForAnswer(context, body.length());
    if (memory.isEmpty() && context.request().method().equals(HttpMethod.GET)) {
      response.headers().remove("Content-Encoding").remove("Vary");
      context.fail(Problem.serverBusy("Too many large responses are in progress. Try again."));
      return;
    }
    response.end(body).onComplete(_ -> memory.ifPresent(Runnable::run));
  }

  private static boolean acceptsGzip(RoutingContext context) {
    return AcceptEncoding.acceptsGzip(context.request().getHeader("Accept-Encoding"));
  }

  /** Sends the response to a failed request. Unexpected failures are logged and not disclosed. */
  static void sendProblem(RoutingContext context) {
    sendProblem(context, context.statusCode());
  }

  /**
   * Like {@link #sendProblem(RoutingContext)}, for a status set by the router without an exception.
   */
  static void sendProblem(RoutingContext context, int status) {
    if (context.response().ended() || context.response().closed()) {
      return;
    }
    Problem problem = toProblem(context, status);
    HttpServerResponse response = startResponse(context, problem.status(), Map.of());
    problem
        .retryAfterSeconds()
        .ifPresent(seconds -> response.putHeader("Retry-After", Long.toString(seconds)));
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    response
        .putHeader("Content-Type", "application/problem+json")
        .end(Buffer.buffer(Json.writeAsBytes(problem.toMembers())));
  }

  /**
   * Responds to a request whose path only has routes for other methods: with 405, or 404 if those
   * are no routes of their own.
   */
  static void sendWrongMethod(Router router, RoutingContext context) {
    List<String> allowed = AllowedMethods.of(router, context.normalizedPath());
    if (!allowed.isEmpty()) {
      context.response().putHeader("Allow", String.join(", ", allowed));
    }
    sendProblem(context, allowed.isEmpty() ? 404 : 405);
  }

  /** Responds to a request that isn't valid HTTP or is too long, and closes the connection. */
  static void rejectUnreadable(HttpServerRequest request) {
    Problem problem = unreadableProblem(request.decoderResult());
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Connection", "close")
        .end(Buffer.buffer(Json.writeAsBytes(problem.toMembers())))
        .onComplete(_ -> request.connection().close());
  }

  /** The problem that describes why a request couldn't be decoded. */
  static Problem unreadableProblem(DecoderResult result) {
    return switch (result.cause()) {
      case TooLongHttpLineException _ -> ofStatus(414);
      case TooLongHttpHeaderException _ -> ofStatus(431);
      case BadHeadException bad -> Problem.malformedRequest(bad.faultText());
      case null, default -> ofStatus(400);
    };
  }

  private static HttpServerResponse startResponse(RoutingContext context, EncodedResponse answer) {
    HttpServerResponse response = startResponse(context, answer.status(), answer.headers());
    if (!answer.cookies().isEmpty()) {
      var cookies = new ArrayList<>(answer.cookies());
      List<String> expiries = context.get(EXPIRY, List.of());
      cookies.addAll(expiries);
      response.putHeader("Set-Cookie", cookies); // replaces the header of a renewed session, too
    }
    return response;
  }

  /** Expires cookies in the same response that sets others. */
  static void expireCookies(RoutingContext context, List<String> headers) {
    context.put(EXPIRY, headers);
  }

  private static HttpServerResponse startResponse(
      RoutingContext context, int status, Map<String, String> headers) {
    HttpServerResponse response = context.response().setStatusCode(status);
    response.putHeader("Cache-Control", "no-store");
    headers.forEach(response::putHeader);
    return response;
  }

  private static Problem toProblem(RoutingContext context, int status) {
    if (context.failure() == null) {
      return ofStatus(status);
    }
    Throwable failure = CompletionFailures.unwrapCause(context.failure());
    return switch (failure) {
      case Problem known -> known;
      case HttpException byRouter -> ofStatus(byRouter.getStatusCode());
      case Throwable _ when isClientError(context.statusCode()) -> ofStatus(context.statusCode());
      case StorageException e -> Problem.of(e);
      case RejectedExecutionException e -> serverBusy();
      case DataAccessException e when STATEMENT_TIMEOUT.equals(e.sqlState()) -> serverBusy();
      case DataAccessException e when isUnreachable(e) -> databaseUnreachable(e);
      default -> internalError(context, failure);
    };
  }

  private static Problem serverBusy() {
    return Problem.serverBusy("The server is busy or shutting down. Try again.");
  }

  /** Whether the database is down, shutting down or out of connections. */
  private static boolean isUnreachable(DataAccessException failure) {
    String state = failure.sqlState();
    return UNREACHABLE.stream().anyMatch(state::startsWith)
        || failure.getCause() instanceof SQLTransientConnectionException;
  }

  private static Problem databaseUnreachable(DataAccessException failure) {
    log.warn("The database is not responding: {}", failure.getMessage());
    return serverBusy();
  }

  /** Requests refused by the router, such as one without a host, aren't server errors. */
  private static boolean isClientError(int status) {
    return status >= 400 && status < 500;
  }

  private static Problem internalError(RoutingContext context, Throwable failure) {
    log.error("{} {} failed", context.request().method(), context.request().path(), failure);
    return Problem.of(500, "internal_error", "Internal error", "Server error. Try again.");
  }

  private static Problem ofStatus(int status) {
    return switch (status) {
      case 400 -> Problem.malformedRequest("The request could not be parsed.");
      case 404 -> Problem.notFound();
      case 405 ->
          Problem.of(405, "method_not_allowed", "Method not allowed", "Wrong method for this URL.");
      case 413 -> Problem.tooLarge(BodyReader.MAX_BYTES);
      case 414 -> Problem.of(414, "too_large", "Too large", "The URL may be at most 8 KiB.");
      case 431 ->
          Problem.of(431, "too_large", "Too large", "The headers may be at most 32 KiB in total.");
      case 415 -> Problem.of(415, "unsupported_media_type", "Unsupported media type", "Send JSON.");
      default ->
          status >= 400 && status < 500
              ? Problem.of(status, "refused", "Refused", "The request was refused.")
              : Problem.of(500, "internal_error", "Internal error", "Server error. Try again.");
    };
  }
}
