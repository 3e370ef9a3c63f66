package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.webpush.PushServiceStandIn;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests notifications on a phone whose page is closed. */
class PushBrowserTest {
  @RegisterExtension static final Browsers browsers = Browsers.full();

  private static final String SHOWN =
      """
      const worker = await navigator.serviceWorker.getRegistration();
      return (await worker.getNotifications()).map(({body, data}) => data + ' ' + body);
      """;

  @TempDir Path folder;
  private PushServiceStandIn pushService;
  private TestServer server;
  private Browser browser;

  @BeforeEach
  void start() throws IOException {
    pushService = new PushServiceStandIn();
    server =
        TestServer.demo(
            TestServer.config(TestDatabase.SQLITE.create(folder)).withPrivateWebhooks());
    browser = browsers.of("phone");
    browser.resize(360, 740);
    browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", subscribeScript()));
  }

  @AfterEach
  void stop() {
    server.close();
    pushService.close();
  }

  /** The test's push service instead of that of the browser's vendor, which needs the internet. */
  private String subscribeScript() {
    return """
        const own = {endpoint: '%s', keys: %s};
        const subscription = {
          endpoint: own.endpoint,
          toJSON: () => own,
          unsubscribe: async () => localStorage.removeItem('test.push'),
        };
        PushManager.prototype.subscribe = async ({applicationServerKey, userVisibleOnly}) => {
          if (!userVisibleOnly || applicationServerKey.length < 80) throw new Error('bad options');
          localStorage.setItem('test.push', 'on');
          return subscription;
        };
        PushManager.prototype.getSubscription = async () =>
          localStorage.getItem('test.push') ? subscription : null;
        """
        .formatted(pushService.endpoint(), Json.writeAsString(pushService.keys()));
  }

  private void permit(String setting) {
    browser.command(
        "Browser.setPermission",
        Map.of(
            "origin", server.url(),
            "permission", Map.of("name", "notifications"),
            "setting", setting));
  }

  /** The browser numbers its workers; only one of them belongs to this server. */
  private void deliver(JsonNode message) {
    browser.command("ServiceWorker.enable", Map.of());
    for (int number = 0; number < 5; number++) {
      browser.command(
          "ServiceWorker.deliverPushMessage",
          Map.of(
              "origin", server.url(),
              "registrationId", Integer.toString(number),
              "data", message.toString()));
    }
  }

  @Test
  void anAnswerIsShownWhileThePageIsClosed() {
    permit("granted");
    SupporterPage page = SupporterPage.open(browser, server, "reader1");
    assertThat(browser.part("push-offer").count()).isZero();
    page.ask("Kindred", "Octavia E. Butler");
    browser.part("push-offer").awaitShown();
    browser.part("push-yes").click();
    browser.part("push-offer").awaitGone();
    TestClient client = server.signIn("reader1");
    JsonNode settings = client.get("/api/me/notification-settings").body();
    assertThat(settings.at("/channels/0/target").asText()).isEqualTo(pushService.endpoint());
    assertThat(settings.at("/events/request_answered/0").asText()).isEqualTo("web_push");

    browser.visit("about:blank");
    long request = answer();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(pushService.received).hasSize(1));
    deliver(pushService.received.getFirst().content());

    browser.visit(server.url() + "/account");
    browser.await(
        "the notification to be shown",
        () ->
            browser.run(SHOWN) instanceof List<?> shown
                && shown.size() == 1
                && shown.getFirst().toString().startsWith("/requests/" + request + " ")
                && shown.getFirst().toString().contains("“Kindred”"));
    assertThat(browser.part("push-switch").awaitShown().attribute("aria-checked"))
        .isEqualTo("true");
    browser.part("push-switch").click();
    browser.part("push-switch").awaitAttribute("aria-checked", "false");
    assertThat(client.get("/api/me/notification-settings").body().get("channels")).isEmpty();
  }

  private long answer() {
    TestClient creator = server.signIn("creator");
    long request =
        creator.get("/api/book-requests?creator_id=1&q=Kindred").body().at("/items/0/id").asLong();
    var answer = Map.of("status", "approved", "response", "Soon");
    creator.post("/api/book-requests/" + request + "/respond", answer).expect(200);
    return request;
  }

  @Test
  void aBrowserThatRefusesIsExplainedAndAnOfferIsDeclinedForGood() {
    permit("denied");
    SupporterPage page = SupporterPage.open(browser, server, "reader1");
    page.ask("Kindred", "Octavia E. Butler");
    browser.visit(server.url() + "/account");
    browser.part("push-hint").awaitShown();
    assertThat(browser.part("push-hint").text()).contains("blocks notifications");

    permit("granted");
    page = SupporterPage.open(browser, server, "reader1");
    page.ask("Dawn", "Octavia E. Butler");
    browser.part("push-no").awaitShown().click();
    browser.part("push-offer").awaitGone();
    page = SupporterPage.open(browser, server, "reader1");
    page.ask("Imago", "Octavia E. Butler");
    assertThat(browser.part("push-offer").count()).isZero();
  }
}
