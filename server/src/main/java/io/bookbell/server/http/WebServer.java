package io.bookbell.server.http;

import io.bookbell.hub.UpgradeGate;
import io.netty.channel.Channel;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for HTTP connections, with one Vert.x HTTP server per available processor, spread over
 * the event loops of the given {@link Vertx}. Any thread may call any method.
 */
public final class WebServer implements AutoCloseable {
  /** The header that distinguishes this server's responses from those of a proxy in front of it. */
  static final String OWN_ANSWER = "Bookbell";

  private static final Logger log = LoggerFactory.getLogger(WebServer.class);

  /** The page computes relative times from this header rather than from the device's clock. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  /** One year, for this host only: subdomains may be served by others. */
  private static final String TLS_ONLY = "max-age=31536000";

  private static final int BACKLOG = 4096;
  private static final int MAX_ADDRESS_LENGTH = 8192;

  /** In bytes: 32 KiB for the cookies of a whole site, and 1 KiB for other headers. */
  private static final int MAX_HEADERS_LENGTH = 33 << 10;

  private static final RequestGuard.RequestTimeouts LIMITS =
      new RequestGuard.RequestTimeouts(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));
  private static final int IDLE_SECONDS = 75;
  private static final long GRACE_SECONDS = 5;
  private static final long TIMEOUT_SECONDS = 10;

  /** In Vert.x, servers that listen on the same negative port share one free port. */
  private static final AtomicInteger FREE_PORTS = new AtomicInteger();

  private final Vertx vertx;
  private final List<String> deployments = new ArrayList<>();
  private final int port;

  private WebServer(Vertx vertx, String host, int port, String portSetting, HttpIntake httpIntake) {
    this.vertx = vertx;
    int shared = port == 0 ? -FREE_PORTS.incrementAndGet() : port;
    var first = new HttpVerticle(host, shared, httpIntake);
    deployVerticle(first, host, port, portSetting);
    this.port = first.actualPort();
    for (int loop = 1; loop < Runtime.getRuntime().availableProcessors(); loop++) {
      deployVerticle(new HttpVerticle(host, shared, httpIntake), host, port, portSetting);
    }
  }

  /**
   * The handling of incoming requests.
   *
   * @param basePath stripped from request paths: empty, or for example {@code /books}
   * @param isSocketRoute whether requests for a path may become WebSockets
   * @param isStreamRoute whether requests for a path may become event streams
   * @param refusals counts requests refused before any route sees them
   */
  public record HttpIntake(
      Router router,
      String basePath,
      Predicate<String> isSocketRoute,
      Predicate<String> isStreamRoute,
      RefusalCounters refusals) {}

  /**
   * Starts listening.
   *
   * @param port 0 for a free port
   * @throws WebServerException if the address can't be bound
   */
  public static WebServer start(
      Vertx vertx, String host, int port, String portSetting, HttpIntake httpIntake) {
    return new WebServer(vertx, host, port, portSetting, httpIntake);
  }

  /**
   * Installs the headers of all responses, body handling and error handling; call it before adding
   * routes.
   *
   * @param isSecure whether a request arrived over TLS, at this server or at a trusted proxy
   */
  public static void installDefaults(
      Router router, InstantSource clock, Predicate<HttpServerRequest> isSecure) {
    router
        .route()
        .handler(
            context -> {
              context
                  .response()
                  .putHeader("Date", DATE.format(clock.instant()))
                  .putHeader("X-Content-Type-Options", "nosniff")
                  .putHeader("X-Frame-Options", "DENY")
                  .putHeader("Referrer-Policy", "same-origin")
                  .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                  .putHeader(OWN_ANSWER, "1");
              if (isSecure.test(context.request())) {
                context.response().putHeader("Strict-Transport-Security", TLS_ONLY);
              }
              context.next();
            });
    var budget = BodyBudget.ofThisProcess();
    router.route().handler(context -> BodyReader.attachTo(context, budget));
    router.route().handler(WebServer::requireUtf8);
    router.route().failureHandler(ResponseWriter::sendProblem);
    for (int status : new int[] {400, 404, 413, 415}) {
      router.errorHandler(status, context -> ResponseWriter.sendProblem(context, status));
    }
    router.errorHandler(405, context -> ResponseWriter.sendWrongMethod(router, context));
  }

  /** Refuses what the router would decode to replacement characters. */
  private static void requireUtf8(RoutingContext context) {
    if (StrictUtf8.isValidUrl(context.request().uri())) {
      context.next();
    } else {
      context.fail(Problem.malformedRequest("The URL must be percent-encoded UTF-8."));
    }
  }

  private void deployVerticle(
      HttpVerticle httpVerticle, String host, int port, String portSetting) {
    try {
      deployments.add(vertx.deployVerticle(httpVerticle).await(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    } catch (Exception e) { // await rethrows checked exceptions undeclared
      throw cannotListen(host, port, portSetting, e);
    }
  }

  private static WebServerException cannotListen(
      String host, int port, String portSetting, Exception cause) {
    return new WebServerException(
        "Cannot listen on %s, port %s: %s (change BOOKBELL_HOST or %s)"
            .formatted(host, port, cause.getMessage(), portSetting),
        cause);
  }

  /**
   * Makes sure that a port can be had, for a command that changes something before it listens.
   *
   * @param port 0 for a free one
   * @throws WebServerException if the address can't be bound
   */
  public static void requireFree(String host, int port, String portSetting) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as the server does, past connections that are just closing
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw cannotListen(host, port, portSetting, e);
    }
  }

  /** The port on which the server listens. */
  public int port() {
    return port;
  }

  /**
   * Accepts no more connections and closes HTTP connections. Those that the hub has taken over stay
   * open.
   */
  @Override
  public void close() {
    Future<?> closed = Future.join(deployments.stream().map(vertx::undeploy).toList());
    try {
      closed.toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new WebServerException("The web server did not close: " + e.getMessage(), e);
    }
  }

  /** Thrown when listening or closing fails. The message says what to check. */
  public static final class WebServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WebServerException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * One HTTP server on one event loop. Servers with the same address share incoming connections.
   */
  private static final class HttpVerticle extends AbstractVerticle {
    private final String host;
    private final int port;
    private final HttpIntake httpIntake;
    private @Nullable HttpServer server;

    HttpVerticle(String host, int port, HttpIntake httpIntake) {
      this.host = host;
      this.port = port;
      this.httpIntake = httpIntake;
    }

    @Override
    public void start(Promise<Void> started) {
      var options =
          new HttpServerOptions()
              .setHost(host)
              .setPort(port)
              .setAcceptBacklog(BACKLOG)
              .setIdleTimeout(IDLE_SECONDS)
              .setMaxInitialLineLength(MAX_ADDRESS_LENGTH)
              .setMaxHeaderSize(MAX_HEADERS_LENGTH)
              .setHttp2ClearTextEnabled(false) // its handler would stay in the pipeline
              .setPerFrameWebSocketCompressionSupported(false) // the hub has its own WebSockets,
              .setPerMessageWebSocketCompressionSupported(false); // and this handler a limit
      server = vertx.createHttpServer(options);
      server
          .connectionHandler(this::onConnection)
          .invalidRequestHandler(ResponseWriter::rejectUnreadable)
          .requestHandler(httpIntake.router)
          .listen()
          .<Void>mapEmpty()
          .onComplete(started);
    }

    private void onConnection(HttpConnection connection) {
      Channel channel = ((ConnectionBase) connection).channel();
      BasePathHandler.install(channel, httpIntake.basePath);
      UpgradeGate.install(channel, httpIntake.isSocketRoute, httpIntake.isStreamRoute);
      RequestGuard.install(channel, LIMITS, httpIntake.refusals);
      connection.exceptionHandler(
          failure -> log.debug("A connection of {} failed", connection.remoteAddress(), failure));
    }

    @Override
    public void stop(Promise<Void> stopped) {
      if (server == null) {
        stopped.complete();
      } else {
        server.shutdown(GRACE_SECONDS, TimeUnit.SECONDS).onComplete(stopped);
      }
    }

    int actualPort() {
      return server == null ? port : server.actualPort();
    }
  }
}
