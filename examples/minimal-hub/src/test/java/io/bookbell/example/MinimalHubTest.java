package io.bookbell.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MinimalHubTest {
  private final MinimalServer server = new MinimalServer(0, new SharedCounter().hub());
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    server.close();
  }

  @Test
  void everyoneConnectedSeesTheNewCount() throws Exception {
    var ann = new Client("user=1");
    var bob = new Client("user=2");
    assertThat(ann.next()).isEqualTo("{\"connected\":1,\"count\":0}");
    assertThat(bob.next()).isEqualTo("{\"connected\":2,\"count\":0}");

    ann.socket.sendText("add one", true).join();

    assertThat(ann.next()).isEqualTo("{\"seq\":1,\"count\":1,\"by\":1}");
    assertThat(bob.next()).isEqualTo("{\"seq\":1,\"count\":1,\"by\":1}");
  }

  @Test
  void aClientThatComesBackReceivesWhatItMissed() throws Exception {
    var ann = new Client("user=1");
    ann.next();
    for (int count = 1; count <= 3; count++) {
      ann.socket.sendText("add one", true).join();
      ann.next();
    }

    var bob = new Client("user=2&since=1");

    assertThat(bob.next()).isEqualTo("{\"connected\":2,\"count\":3}");
    assertThat(bob.next()).isEqualTo("{\"seq\":2,\"count\":2,\"by\":1}");
    assertThat(bob.next()).isEqualTo("{\"seq\":3,\"count\":3,\"by\":1}");
  }

  /** One WebSocket and the texts it has received. */
  private final class Client implements WebSocket.Listener {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    Client(String query) {
      var address = URI.create("ws://localhost:" + server.port() + "/ws?" + query);
      socket = http.newWebSocketBuilder().buildAsync(address, this).join();
    }

    @Nullable String next() throws InterruptedException {
      return received.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      received.add(text.toString());
      from.request(1);
      return null;
    }
  }
}
