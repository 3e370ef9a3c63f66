package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand connected users, and messages to a hundred and to all of them. Prints how long
 * connecting took and how the latencies are distributed, which depends on the machine and is never
 * asserted.
 */
class ThousandConnectionsTest {
  private static final int USERS = 1000;
  private static final int AT_ONCE = 100;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private record Guest(UserId user, String token) {}

  /** When each user got the message with each name. */
  private final Map<String, Map<UserId, Long>> arrivals = new ConcurrentHashMap<>();

  @Test
  void everybodyIsConnectedAndEverybodyGetsEveryMessageOnce() {
    try (TestServer server = TestServer.demo(TestDatabase.SQLITE, folder);
        HttpClient http = HttpClient.newHttpClient()) {
      List<Guest> guests = createGuests(server);
      long begun = System.nanoTime();
      List<WebSocket> sockets = connect(http, server, guests);
      await()
          .atMost(TIMEOUT)
          .until(() -> arrivals.getOrDefault("initial_data", Map.of()).size() == USERS);
      print("connecting", new long[] {(System.nanoTime() - begun) / USERS});

      TestClient program = server.withKey(1, KeyScope.PUBLISH);
      for (int audience : new int[] {AT_ONCE, USERS}) {
        for (int number = 0; number < 3; number++) {
          broadcast(program, guests.subList(0, audience), "m" + audience + "." + number);
        }
      }
      assertThat(arrivals).as("messages that came twice").doesNotContainKey("twice");
      sockets.forEach(WebSocket::abort);
    }
  }

  private List<Guest> createGuests(TestServer server) {
    var services = new Services(Services.ClientNotifier.noOp());
    return server
        .database()
        .write(
            tx -> {
              var guests = new ArrayList<Guest>();
              for (int number = 0; number < USERS; number++) {
                var wanted = new NewAccount("guest" + number + "@many.test", "Guest", "no hash");
                UserId user = services.accounts.create(tx, wanted, false).id();
                guests.add(
                    new Guest(
                        user, services.sessions.createSession(tx, user, SessionClient.UNKNOWN)));
              }
              return guests;
            })
        .join();
  }

  private List<WebSocket> connect(HttpClient http, TestServer server, List<Guest> guests) {
    String base = server.url().replaceFirst("^http", "ws") + "/api/book-requests/ws?user_id=";
    var sockets = new ArrayList<WebSocket>();
    for (int from = 0; from < USERS; from += AT_ONCE) {
      List<CompletableFuture<WebSocket>> opening =
          guests.subList(from, from + AT_ONCE).stream()
              .map(
                  guest ->
                      http.newWebSocketBuilder()
                          .header("Authorization", "Bearer " + guest.token)
                          .buildAsync(URI.create(base + guest.user.value()), new Ear(guest.user)))
              .toList();
      opening.forEach(socket -> sockets.add(socket.join()));
    }
    return sockets;
  }

  private void broadcast(TestClient program, List<Guest> audience, String type) {
    var publication =
        Map.of(
            "channel",
            "load",
            "type",
            type,
            "target_user_ids",
            audience.stream().map(guest -> guest.user.value()).toList(),
            "message",
            Map.of("text", "Hello"),
            "durable",
            true);
    long begun = System.nanoTime();
    program.post("/api/publish", publication).expect(202);
    await()
        .atMost(TIMEOUT)
        .until(() -> arrivals.getOrDefault(type, Map.of()).size() == audience.size());
    long[] latencies =
        arrivals.get(type).values().stream().mapToLong(at -> at - begun).sorted().toArray();
    print("to " + audience.size() + ", " + type, latencies);
  }

  private static void print(String what, long[] sorted) {
    System.out.printf(
        Locale.ROOT,
        "%d connections, %s: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, last %.1f ms%n",
        USERS,
        what,
        millis(sorted, 50),
        millis(sorted, 90),
        millis(sorted, 99),
        Arrays.stream(sorted).max().orElse(0) / 1e6);
  }

  private static double millis(long[] sorted, int percent) {
    return sorted[(sorted.length - 1) * percent / 100] / 1e6;
  }

  /** Records when messages arrive, and whether one arrives twice. */
  private final class Ear implements WebSocket.Listener {
    private final UserId user;
    private final StringBuilder part = new StringBuilder();

    Ear(UserId user) {
      this.user = user;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        String type = part.toString().replaceFirst("(?s)^.*?\"type\":\"([^\"]*)\".*$", "$1");
        Long before =
            arrivals
                .computeIfAbsent(type, _ -> new ConcurrentHashMap<>())
                .put(user, System.nanoTime());
        if (before != null) {
          arrivals.computeIfAbsent("twice", _ -> new ConcurrentHashMap<>()).put(user, before);
        }
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }
  }
}
