package io.bookbell.server.outgoing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.network.PublicAddresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Posts to addresses that users have entered. A user must not be able to reach the server's own
 * network (SSRF), so a host's addresses are looked up and checked here, and the connection goes to
 * the address that was checked: a second lookup could have another result. Redirects aren't
 * followed. Thread-safe; each call blocks its thread, which should be a virtual one.
 */
public final class OutgoingRequests implements AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofSeconds(20);

  /** For a free connection, the whole response, and all between. */
  private static final Duration MAX_DURATION = Duration.ofSeconds(30);

  private static final Duration MAX_PAUSE = Duration.ofDays(1);
  private static final int MAX_CONNECTIONS_PER_HOST = 32;
  private static final int MAX_WAITING_PER_HOST = 256;
  private static final int MAX_START_LENGTH = 200;
  private static final int MAX_BODY_LENGTH = 64 << 10;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final HttpClient client;
  private final ProxySelector proxies;
  private final boolean allowsPrivate;
  private final Duration longest;

  /**
   * Creates the client, which opens nothing before the first call.
   *
   * @param proxies selects the proxy for each call; a proxy looks up the host by itself, so there
   *     its own rules count
   * @param allowsPrivate whether private addresses may be called
   */
  public OutgoingRequests(Vertx vertx, ProxySelector proxies, boolean allowsPrivate) {
    this(vertx, proxies, allowsPrivate, MAX_DURATION);
  }

  /** Creates a client that gives up a call after another time. */
  OutgoingRequests(Vertx vertx, ProxySelector proxies, boolean allowsPrivate, Duration longest) {
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout((int) CONNECTING.toMillis())
                .setIdleTimeout((int) IDLE.toSeconds())
                .setKeepAliveTimeout((int) IDLE.toSeconds()),
            new PoolOptions()
                .setHttp1MaxSize(MAX_CONNECTIONS_PER_HOST)
                .setMaxWaitQueueSize(MAX_WAITING_PER_HOST));
    this.proxies = proxies;
    this.allowsPrivate = allowsPrivate;
    this.longest = longest;
  }

  /**
   * Posts a body and waits for the response. A call that is interrupted or takes too long ends at
   * once, even if the receiver goes on.
   *
   * @param target an absolute HTTP or HTTPS URL with a host
   * @throws PrivateAddressException if the target isn't public
   * @throws IOException if there was no complete response
   */
  public OutgoingResponse post(URI target, Map<String, String> headers, byte[] body)
      throws IOException, InterruptedException {
    RequestOptions requestOptions = optionsFor(target);
    headers.forEach(requestOptions::putHeader);
    requestOptions.putHeader("User-Agent", "Bookbell");
    var call = new Call();
    Future<OutgoingResponse> response =
        client
            .request(requestOptions)
            .compose(
                request -> {
                  call.began(request);
                  return request.send(Buffer.buffer(body)).compose(found -> read(found, request));
                });
    try {
      return response
          .toCompletionStage()
          .toCompletableFuture()
          .get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "There was no complete answer within " + longest.toSeconds() + " seconds", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(),
          cause);
    } finally {
      if (!response.isComplete()) {
        call.giveUp();
      }
    }
  }

  /** A call that may be given up, also before it has a connection. */
  private static final class Call {
    private @Nullable HttpClientRequest request;
    private boolean givenUp;

    synchronized void began(HttpClientRequest begun) {
      request = begun;
      begun.exceptionHandler(_ -> {}); // the future of the response says it, and a log needn't
      if (givenUp) {
        begun.reset();
      }
    }

    synchronized void giveUp() {
      givenUp = true;
      if (request != null) {
        request.reset();
      }
    }
  }

  private RequestOptions optionsFor(URI target) throws IOException {
    boolean secure = "https".equals(target.getScheme());
    int port = target.getPort() >= 0 ? target.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
    String path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
    String query = target.getRawQuery();
    var requestOptions =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setTimeout(longest.toMillis())
            .setHost(target.getHost())
            .setPort(port)
            .setSsl(secure)
            .setURI(query == null ? path : path + "?" + query);
    Optional<ProxyOptions> proxy = findProxy(target);
    Optional<InetAddress> address = findAllowedAddress(target.getHost());
    if (proxy.isPresent()) {
      requestOptions.setProxyOptions(proxy.get());
    } else {
      InetAddress found = address.orElseThrow(() -> unknownHost(target));
      requestOptions.setServer(SocketAddress.inetSocketAddress(port, found.getHostAddress()));
    }
    return requestOptions;
  }

  /** Returns an address of a host; empty if there is none, which a proxy may know better. */
  private Optional<InetAddress> findAllowedAddress(String host) throws PrivateAddressException {
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(host);
    } catch (UnknownHostException _) {
      return Optional.empty();
    }
    if (!allowsPrivate && !Arrays.stream(addresses).allMatch(PublicAddresses::isPublic)) {
      throw new PrivateAddressException(host);
    }
    return Optional.of(addresses[0]);
  }

  private static IOException unknownHost(URI target) {
    return new IOException("The host " + target.getHost() + " wasn't found");
  }

  private Optional<ProxyOptions> findProxy(URI target) {
    Proxy proxy = proxies.select(target).getFirst();
    if (proxy.type() != Proxy.Type.HTTP
        || !(proxy.address() instanceof InetSocketAddress address)) {
      return Optional.empty();
    }
    return Optional.of(
        new ProxyOptions()
            .setType(ProxyType.HTTP)
            .setHost(address.getHostString())
            .setPort(address.getPort()));
  }

  /** Reads a body to its end, so that the connection can be used again, unless it is too long. */
  private static Future<OutgoingResponse> read(
      HttpClientResponse response, HttpClientRequest request) {
    Buffer start = Buffer.buffer();
    var length = new int[1];
    response.handler(
        part -> {
          length[0] += part.length();
          if (start.length() < MAX_START_LENGTH) {
            start.appendBuffer(part);
          }
          if (length[0] > MAX_BODY_LENGTH) {
            request.reset();
          }
        });
    return response
        .end()
        .recover(
            failure ->
                length[0] > MAX_BODY_LENGTH
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure))
        .map(
            _ ->
                new OutgoingResponse(
                    response.statusCode(), retryAfter(response), printable(start)));
  }

  private static Optional<Duration> retryAfter(HttpClientResponse response) {
    return Optional.ofNullable(response.getHeader("Retry-After"))
        .filter(seconds -> seconds.matches("[0-9]{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .map(pause -> pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause);
  }

  private static String printable(Buffer start) {
    String text = start.toString(UTF_8).replaceAll("[\\p{Cc}\\p{Cf}\\uFFFD]+", " ").strip();
    return text.length() <= MAX_START_LENGTH ? text : text.substring(0, MAX_START_LENGTH);
  }

  @Override
  public void close() {
    client.close();
  }
}
