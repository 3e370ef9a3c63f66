package io.bookbell.server.web;

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

/** Listens for HTTP, on one event loop for each core. Any thread may call any method. */
public final class WebServer implements AutoCloseable {
  /** The header that tells this server's answers from those of a proxy in front of it. */
  static final String OWN_ANSWER = "Bookbell";

  private static final Logger log = LoggerFactory.getLogger(WebServer.class);

  /** The page tells times by it, whatever the clock of the device says. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  /** For a year, of this host alone: what else the domain serves is not ours to decide. */
  private static final String TLS_ONLY = "max-age=31536000";

  private static final int BACKLOG = 4096;
  private static final int LONGEST_ADDRESS = 8192;

  /** 32 KiB for the cookies of a whole site, and as much again as other headers need. */
  private static final int LONGEST_HEADERS = 33 << 10;

  private static final RequestGuard.RequestTimeouts LIMITS =
      new RequestGuard.RequestTimeouts(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));
  private static final int IDLE_SECONDS = 75;
  private static final long GRACE_SECONDS = 5;
  private static final long PATIENCE_SECONDS = 10;

  /** A negative number stands for one free port among the listeners that name the same. */
  private static final AtomicInteger FREE_PORTS = new AtomicInteger();

  private final Vertx vertx;
  private final List<String> deployments = new ArrayList<>();
  private final int port;

  private WebServer(Vertx vertx, String host, int port, HttpIntake httpIntake) {
    this.vertx = vertx;
    int shared = port == 0 ? -FREE_PORTS.incrementAndGet() : port;
    var first = new HttpVerticle(host, shared, httpIntake);
    deployVerticle(first, host, port);
    this.port = first.actualPort();
    for (int loop = 1; loop < Runtime.getRuntime().availableProcessors(); loop++) {
      deployVerticle(new HttpVerticle(host, shared, httpIntake), host, port);
    }
  }

  /**
   * Where requests go.
   *
   * @param basePath what is taken off the requests' paths: empty, or such as {@code /books}
   * @param isSocketRoute whether requests for a path may become WebSockets
   * @param refusals counts what no route gets to see
   */
  public record HttpIntake(
      Router router, String basePath, Predicate<String> isSocketRoute, RefusalCounters refusals) {}

  /**
   * Begins to listen.
   *
   * @param port 0 for a free one
   * @throws WebServerException when nobody can listen there
   */
  public static WebServer start(Vertx vertx, String host, int port, HttpIntake httpIntake) {
    return new WebServer(vertx, host, port, httpIntake);
  }

  /**
   * What every answer has, and how requests are read; to be added before the routes.
   *
   * @param isSecure whether a request came by TLS, to us or to a proxy before us
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
    router.route().failureHandler(ResponseWriter::sendProblem);
    for (int status : new int[] {400, 404, 405, 413, 415}) {
      router.errorHandler(status, context -> ResponseWriter.sendProblem(context, status));
    }
  }

  private void deployVerticle(HttpVerticle httpVerticle, String host, int port) {
    try {
      deployments.add(vertx.deployVerticle(httpVerticle).await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (Exception e) { // what the system refuses is checked, and thrown undeclared
      throw new WebServerException(
          "Cannot listen on %s, port %s: %s (change BOOKBELL_HOST or BOOKBELL_PORT)"
              .formatted(host, port, e.getMessage()),
          e);
    }
  }

  /** The port that is listened on. */
  public int port() {
    return port;
  }

  /** Takes no more connections, and closes those of HTTP; the hub's have left this server. */
  @Override
  public void close() {
    Future<?> closed = Future.join(deployments.stream().map(vertx::undeploy).toList());
    try {
      closed.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new WebServerException("The web server did not close: " + e.getMessage(), e);
    }
  }

  /** Nobody can listen there, or stop listening. The message says what to look at. */
  public static final class WebServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WebServerException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The server of one event loop; those of one address share its connections. */
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
              .setMaxInitialLineLength(LONGEST_ADDRESS)
              .setMaxHeaderSize(LONGEST_HEADERS)
              .setHttp2ClearTextEnabled(false); // its handler would stay in the hub's pipeline
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
      UpgradeGate.install(channel, httpIntake.isSocketRoute);
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
