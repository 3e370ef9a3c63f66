package io.bookbell.server.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.Connection;
import io.bookbell.hub.HistoryPage;
import io.bookbell.hub.HistoryStart;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.Message;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.Position;
import io.bookbell.hub.UpgradeGate;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vert.x Web answers the handshake, the hub takes over the channel, and no byte in between is lost.
 */
class VertxPipelineTakeoverTest {
  private static final int CLIENTS = 500;
  private static final UserId USER = new UserId(1);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Vertx vertx;
  private HttpServer server;
  private WebSocketManager manager;

  @BeforeEach
  void start() throws Exception {
    manager =
        new WebSocketManager(
            "test",
            HubOptions.defaults().withConnectionsPerUser(CLIENTS),
            new EmptyFeed(),
            (connection, text) -> connection.replyText("echo " + text),
            new InProcessBackplane(),
            InstantSource.system());
    vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router.get("/at-once").handler(this::upgrade);
    router.get("/later").handler(call -> lookUp().onSuccess(_ -> upgrade(call)));
    router
        .get("/refused")
        .handler(call -> lookUp().onSuccess(_ -> call.response().setStatusCode(403).end()));
    router.get("/other").handler(call -> call.end("other"));
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setAcceptBacklog(4096)
                    .setHttp2ClearTextEnabled(false))
            .connectionHandler(
                connection ->
                    UpgradeGate.install(((ConnectionBase) connection).channel(), _ -> true))
            .requestHandler(router)
            .listen()
            .await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    manager.close();
    vertx.close().await(10, TimeUnit.SECONDS);
    threads.close();
  }

  /** Simulates a session lookup: completes on the context, after running on another thread. */
  private Future<String> lookUp() {
    Promise<String> found = Promise.promise();
    Context context = vertx.getOrCreateContext();
    threads.execute(() -> context.runOnContext(_ -> found.complete("session")));
    return found.future();
  }

  private void upgrade(RoutingContext call) {
    call.response().putHeader("Upgrade", "websocket").putHeader("Connection", "Upgrade");
    call.request()
        .toNetSocket()
        .onSuccess(
            socket -> {
              Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
              Connection connection = manager.connect(channel, USER, Map.of(), Optional.empty());
              assertThat(manager.connectionOf(channel)).contains(connection);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"/at-once", "/later"})
  void aFrameInTheSegmentOfTheHandshakeArrives(String path) throws Exception {
    everyClient(
        number -> {
          try (Socket socket = open()) {
            socket.getOutputStream().write(join(handshake(path), frame("early " + number)));
            return echo(new DataInputStream(socket.getInputStream()));
          }
        },
        "echo early ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/at-once", "/later"})
  void handshakeAndFrameMayBeCutAnywhere(String path) throws Exception {
    everyClient(
        number -> {
          byte[] all = join(handshake(path), frame("early " + number));
          int cut = all.length - 1 - number % 60;
          try (Socket socket = open()) {
            socket.getOutputStream().write(Arrays.copyOf(all, cut));
            socket.getOutputStream().write(Arrays.copyOfRange(all, cut, all.length));
            return echo(new DataInputStream(socket.getInputStream()));
          }
        },
        "echo early ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/at-once", "/later"})
  void aFrameSentAsSoonAsTheAnswerIsThereArrives(String path) throws Exception {
    everyClient(
        number -> {
          try (Socket socket = open()) {
            socket.getOutputStream().write(handshake(path));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(head(in)).startsWith("HTTP/1.1 101");
            socket.getOutputStream().write(frame("late " + number));
            assertThat(text(in)).isEqualTo("{\"first\":true}");
            return text(in);
          }
        },
        "echo late ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/at-once", "/later"})
  void aRequestBeforeTheHandshakeAndOneBehindARefusedOneAreAnswered(String path) throws Exception {
    String other = "GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n";
    everyClient(
        number -> {
          try (Socket socket = open()) {
            byte[] before = join(other.getBytes(UTF_8), join(handshake("/refused"), other));
            byte[] after = join(handshake(path), frame("early " + number));
            socket.getOutputStream().write(before);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            answer(in, "200");
            answer(in, "403");
            answer(in, "200");
            socket.getOutputStream().write(after);
            return echo(in);
          }
        },
        "echo early ");
  }

  private static void answer(DataInputStream in, String status) throws IOException {
    String head = head(in);
    assertThat(head).startsWith("HTTP/1.1 " + status);
    int length =
        head.lines()
            .filter(line -> line.startsWith("content-length: "))
            .mapToInt(line -> Integer.parseInt(line.substring("content-length: ".length())))
            .findFirst()
            .orElse(0);
    in.readNBytes(length);
  }

  private void everyClient(IntFunctionWithIo run, String expected) throws Exception {
    List<Callable<String>> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj((IntFunction<Callable<String>>) number -> () -> run.apply(number))
            .toList();
    var echoes = threads.invokeAll(clients, 60, TimeUnit.SECONDS);
    for (int number = 0; number < CLIENTS; number++) {
      assertThat(echoes.get(number).get()).isEqualTo(expected + number);
    }
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String echo(DataInputStream in) throws IOException {
    assertThat(head(in)).startsWith("HTTP/1.1 101");
    assertThat(text(in)).isEqualTo("{\"first\":true}");
    return text(in);
  }

  private static String head(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  private static String text(DataInputStream in) throws IOException {
    assertThat(in.readUnsignedByte()).isEqualTo(0x81);
    return new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
  }

  private static byte[] handshake(String path) {
    return ("GET "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        .getBytes(UTF_8);
  }

  private static byte[] frame(String text) {
    byte[] payload = text.getBytes(UTF_8);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(new byte[] {(byte) 0x81, (byte) (0x80 | payload.length), 1, 2, 3, 4});
    for (int i = 0; i < payload.length; i++) {
      frame.write(payload[i] ^ (1 + i % 4));
    }
    return frame.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  private static byte[] join(byte[] first, String second) {
    return join(first, second.getBytes(UTF_8));
  }

  private interface IntFunctionWithIo {
    String apply(int number) throws IOException;
  }

  private static final class EmptyFeed implements MessageHistory {
    @Override
    public CompletionStage<HistoryStart> open(UserId user, Optional<Position> since) {
      Message first = Message.of("{\"first\":true}".getBytes(UTF_8));
      return CompletableFuture.completedFuture(new HistoryStart.SnapshotStart(0, first));
    }

    @Override
    public CompletionStage<HistoryPage> read(UserId user, long after, int limit) {
      return CompletableFuture.completedFuture(new HistoryPage.HistoryEntries(List.of()));
    }

    @Override
    public CompletionStage<List<Message>> readStates(UserId user) {
      return CompletableFuture.completedFuture(List.of());
    }
  }
}
