package io.bookbell.server.e2e;

import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the operator's page shows of the outbox while it stays open. */
class OperatorBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;

  /** What the receiver answers, which waits until there is something. */
  private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();

  private HttpServer receiver;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(answers.take(), -1);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    receiver.start();
    server =
        TestServer.demo(
            TestServer.config(TestDatabase.SQLITE.create(folder)).withPrivateWebhooks());
    server
        .database()
        .write(tx -> tx.update("UPDATE app_user SET operator = TRUE WHERE email LIKE 'creator@%'"))
        .join();
  }

  @AfterEach
  void stop() {
    answers.add(204); // for what still waits
    server.close();
    receiver.stop(0);
  }

  @Test
  void theOpenPageShowsWhatWaitsWasSentAndFailed() {
    var creator = server.signIn("creator");
    Browser browser = browsers.of("operator").carrySession(server, "creator");
    browser.visit(server.url() + "/operator");
    browser.css("[data-testid=operator-connected] [data-testid=connected-user]").awaitShown();
    var webhook =
        Map.of(
            "creator_id",
            1,
            "url",
            "http://127.0.0.1:" + receiver.getAddress().getPort() + "/",
            "events",
            List.of("reply_added"));
    long id = creator.post("/api/webhooks", webhook).expect(201).body().get("id").asLong();
    String test = "/api/webhooks/" + id + "/test";
    Part counts = browser.part("outbox-kind").with("data-kind", "webhook").part("outbox-counts");

    creator.send("POST", test, null, Map.of()).expect(202);
    counts.awaitText("1 waiting · 0 sent · 0 failed");
    answers.add(422);
    counts.awaitText("0 waiting · 0 sent · 1 failed");
    answers.add(204);
    creator.send("POST", test, null, Map.of()).expect(202);
    counts.awaitText("0 waiting · 1 sent · 1 failed");
  }
}
