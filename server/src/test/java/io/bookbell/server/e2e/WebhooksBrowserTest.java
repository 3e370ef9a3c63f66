package io.bookbell.server.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests webhooks in a creator's settings, and chats on the account page. */
class WebhooksBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private final List<String> received = new CopyOnWriteArrayList<>();
  private HttpServer receiver;
  private TestServer server;
  private Browser browser;

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String signature = exchange.getRequestHeaders().getFirst("Bookbell-Signature");
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          received.add(signature + " " + body);
          exchange.sendResponseHeaders(received.size() == 1 ? 422 : 204, -1);
          exchange.close();
        });
    receiver.start();
    server =
        TestServer.demo(
            TestServer.config(TestDatabase.SQLITE.create(folder)).withPrivateWebhooks());
    browser = browsers.of("creator").carrySession(server, "creator");
  }

  @AfterEach
  void stop() {
    server.close();
    receiver.stop(0);
  }

  private String address(String path) {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
  }

  private void awaitReceived(int amount) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(received).hasSize(amount));
  }

  @Test
  void aCreatorAddsTriesAndRemovesAWebhook() {
    browser.visit(server.url() + "/creators/1/settings");
    browser.part("webhook-kind").awaitShown();
    browser.part("webhook-template").write("{supporter}: {title}");
    browser.part("webhook-preview").click();
    browser.part("webhook-preview-text").awaitText("Amara: Kindred");
    browser.part("webhook-template").write("{nobody}");
    browser.part("webhook-preview").click();
    browser.part("webhook-template-error").awaitShown();
    browser.expectErrors("400");

    browser.part("webhook-kind").choose("Program");
    browser.part("webhook-url").write("nonsense");
    browser.part("webhook-submit").click();
    browser.part("webhook-url-error").awaitShown();
    browser.part("webhook-url").write(address("/hook"));
    browser.part("webhook-submit").click();
    assertThat(browser.part("webhook-secret").awaitShown().value()).hasSizeGreaterThan(20);

    browser.part("webhook-test").click();
    browser.part("delivery").awaitAttribute("data-state", "failed");
    browser.part("delivery-retry").click();
    browser.part("delivery").awaitAttribute("data-state", "sent");
    awaitReceived(2);
    assertThat(received).allMatch(each -> each.startsWith("t="));

    browser.part("webhook-remove").click();
    browser.part("webhook-remove-confirm").click();
    browser.part("webhook").awaitGone();
  }

  @Test
  void aCreatorChangesAWebhook() {
    browser.visit(server.url() + "/creators/1/settings");
    browser.part("webhook-kind").awaitShown();
    browser.part("webhook-kind").choose("Slack, Mattermost");
    browser.part("webhook-url").write(address("/old"));
    browser.part("webhook-template").write("{title}");
    browser.part("webhook-submit").click();
    browser.part("webhook-edit").awaitShown();

    browser.part("webhook-edit").click();
    assertThat(browser.part("webhook-edit-url").awaitShown().value()).isEqualTo(address("/old"));
    assertThat(browser.part("webhook-edit-template").value()).isEqualTo("{title}");
    browser.part("webhook-edit-cancel").click();
    browser.part("webhook-edit-url").awaitGone();

    browser.part("webhook-edit").click();
    browser.part("webhook-edit-name").awaitShown();
    browser.part("webhook-edit-name").write("Team chat");
    browser.part("webhook-edit-url").write("nonsense");
    browser.part("webhook-edit-submit").click();
    browser.part("webhook-edit-url-error").awaitShown();
    browser.expectErrors("400");
    browser.part("webhook-edit-url").write(address("/new"));
    browser.part("webhook-edit-request_answered").click();
    browser.part("webhook-edit-template").write("{supporter}: {title}");
    browser.part("webhook-edit-preview").click();
    browser.part("webhook-edit-preview-text").awaitText("Amara: Kindred");
    browser.part("webhook-edit-submit").click();
    browser.part("webhook-label").awaitText("Team chat");
    browser.part("webhook-edit-url").awaitGone();

    TestClient creator = server.signIn("creator");
    JsonNode changed = creator.get("/api/webhooks?creator_id=1").body().at("/items/0");
    assertThat(changed.get("url").asText()).isEqualTo(address("/new"));
    assertThat(changed.get("template").asText()).isEqualTo("{supporter}: {title}");
    assertThat(changed.get("events"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder("request_created", "request_withdrawn", "reply_added");

    browser.part("webhook-edit").click();
    browser.part("webhook-edit-template").awaitShown();
    browser.part("webhook-edit-template").write("");
    browser.part("webhook-edit-name").write("");
    browser.part("webhook-edit-submit").click();
    browser.part("webhook-label").awaitGone();
    JsonNode usual = creator.get("/api/webhooks?creator_id=1").body().at("/items/0");
    assertThat(usual.get("template").isNull()).as("the usual sentence again").isTrue();
  }

  @Test
  void aChatGetsTheUsualNewsOnceItWasAdded() {
    browser.visit(server.url() + "/account");
    browser.part("chat-kind").awaitShown();
    browser.part("chat-kind").choose("Telegram");
    browser.part("chat-target").write(address("/"));
    browser.part("chat-add-submit").click();
    browser.part("chat-target-error").awaitShown();
    browser.expectErrors("400");
    browser.part("chat-target").write(address("/bot1:a/sendMessage?chat_id=42"));
    browser.part("chat-add-submit").click();
    browser.part("news-channel").awaitAttribute("data-kind", "telegram");

    var wish = Map.of("creator_id", 1, "title", "Kindred", "author", "Octavia E. Butler");
    server.signIn("reader1").post("/api/book-requests", wish).expect(201);
    awaitReceived(1);
    assertThat(received.getFirst()).contains("“Kindred”", "\"chat_id\":\"42\"");
  }
}
