package io.bookbell.server.webpush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A browser whose user was signed out gets nothing more: the next person there isn't told somebody
 * else's news.
 */
@ParameterizedClass
@EnumSource
class PushSessionTest {
  private static final String SETTINGS = "/api/me/notification-settings";

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private PushServiceStandIn phoneService;
  private PushServiceStandIn laptopService;
  private TestServer server;
  private Cast cast;
  private Person mara;
  private TestClient phone;
  private TestClient laptop;

  @BeforeEach
  void twoDevicesOfOnePerson() throws IOException {
    phoneService = new PushServiceStandIn();
    laptopService = new PushServiceStandIn();
    server = TestServer.with(TestServer.config(kind.create(folder)).withPrivateWebhooks());
    cast = server.cast();
    mara = cast.creator();
    phone = mara.client();
    laptop =
        new TestClient(server.url(), Optional.of(server.signInAgain(new UserId(mara.id()), 1)));
    subscribe(phone, phoneService);
    subscribe(laptop, laptopService);
    sendBackAsRead(laptop);
    assertThat(channels()).hasSize(2);
  }

  @AfterEach
  void stop() {
    server.close();
    phoneService.close();
    laptopService.close();
  }

  @Test
  void whoeverIsSignedOutElsewhereGetsNothingMore() {
    laptop.delete("/api/sessions/" + sessionOf(phone)).expect(204);
    assertThat(channels()).containsExactly(laptopService.endpoint());
    askAndAwaitLaptop();
    assertThat(phoneService.received).isEmpty();

    TestClient again =
        new TestClient(server.url(), Optional.of(server.signInAgain(new UserId(mara.id()), 1)));
    subscribe(again, phoneService);
    cast.supporter().ask(mara, "Dawn");
    awaitReceived(phoneService, 1);
  }

  @Test
  void anotherPasswordSignsTheOtherBrowsersOut() {
    var change = Map.of("current", TestServer.PASSWORD, "new", "eleven green pears");
    laptop.post("/api/auth/password", change).expect(204);
    assertThat(channels()).containsExactly(laptopService.endpoint());
  }

  @Test
  void aDisabledAccountHasNoBrowserLeft() {
    var services = new Services(Services.ClientNotifier.noOp());
    server
        .database()
        .write(
            tx -> {
              services.accountControl.disable(tx, new UserId(mara.id()));
              return true;
            })
        .join();
    assertThat(browsers()).isZero();
  }

  /** Nobody has noticed yet that the session is over. */
  @Test
  void aSessionThatHasExpiredGetsNothingMore() {
    String hash = SecretTokens.hashToken(phone.token().orElseThrow());
    server
        .database()
        .write(tx -> tx.update("UPDATE session SET expires_at = 1 WHERE token_hash = ?", hash))
        .join();
    askAndAwaitLaptop();
    await().untilAsserted(() -> assertThat(browsers()).isEqualTo(1));
    assertThat(phoneService.received).isEmpty();
  }

  private void askAndAwaitLaptop() {
    cast.supporter().ask(mara, "Kindred");
    awaitReceived(laptopService, 1);
  }

  private static void awaitReceived(PushServiceStandIn service, int amount) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(service.received).hasSize(amount));
  }

  /** What the page does when its switch is turned on. */
  private static void subscribe(TestClient client, PushServiceStandIn service) {
    ObjectNode settings = read(client);
    ObjectNode channel = settings.withArray("channels").addObject();
    channel.put("kind", "web_push").put("target", service.endpoint());
    ObjectNode keys = channel.putObject("keys");
    service.keys().forEach(keys::put);
    settings.withObject("events").putArray("request_created").add("web_push");
    write(client, settings);
  }

  /** Settings that are changed on one device stay bound to the sessions of all. */
  private static void sendBackAsRead(TestClient client) {
    write(client, read(client));
  }

  private static ObjectNode read(TestClient client) {
    return client.get(SETTINGS).expect(200).body().deepCopy();
  }

  private static void write(TestClient client, JsonNode settings) {
    client.send("PUT", SETTINGS, settings.toString(), Map.of()).expect(200);
  }

  private List<String> channels() {
    return laptop.get(SETTINGS).body().get("channels").findValuesAsText("target");
  }

  private int browsers() {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT count(*) AS amount FROM news_target WHERE kind = 'web_push'")
                    .single(row -> row.getInt("amount")))
        .join();
  }

  private static long sessionOf(TestClient client) {
    for (JsonNode session : client.get("/api/sessions").expect(200).body().get("items")) {
      if (session.get("current").asBoolean()) {
        return session.get("id").asLong();
      }
    }
    throw new AssertionError("no current session");
  }
}
