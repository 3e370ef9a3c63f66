package io.bookbell.server.webpush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.json.Json;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.news.Digest;
import io.bookbell.server.news.NewsPreference;
import io.bookbell.server.news.NewsPreferenceStore;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import io.bookbell.server.outgoing.OutgoingRequests;
import io.bookbell.server.webpush.PushTransport.PushSender;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a browser gets while its page is closed. */
class PushTransportTest extends DomainTest {
  private final Vertx vertx = Vertx.vertx();
  private PushServiceStandIn pushService;
  private OutboxSender sender;
  private UserId creator;
  private UserId supporter;
  private NewsTarget browser;

  @BeforeEach
  void start() throws IOException {
    pushService = new PushServiceStandIn();
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
    browser = subscribe();
    sender = newSender(true);
  }

  @AfterEach
  void stop() {
    sender.close();
    pushService.close();
    vertx.close().await();
  }

  private NewsTarget subscribe() {
    var german = new NewsPreference(Digest.OFF, Optional.empty(), ZoneId.of("UTC"), "de");
    return domain.write(
        tx -> {
          new PushKeyStore().createIfMissing(tx);
          new NewsPreferenceStore().put(tx, creator, german);
          NewsTarget target =
              domain.features.newsTargets.create(
                  tx,
                  NewTarget.channel(
                      creator,
                      NewsKind.WEB_PUSH,
                      pushService.endpoint(),
                      Json.writeAsString(pushService.keys()),
                      true));
          domain.features.newsTargets.replaceEvents(tx, target, Set.of(NewsEvent.REQUEST_CREATED));
          return target;
        });
  }

  private OutboxSender newSender(boolean allowsPrivate) {
    var transport =
        new PushTransport(
            new OutgoingRequests(vertx, new EnvironmentProxies(Map.of()), allowsPrivate),
            new PersonalFilter(domain.features.notifications, domain.features.access),
            domain.features.outbox,
            new PushSender("mailto:operator@books.test", "/books"),
            (_, _) -> true);
    return new OutboxSender(domain.database(), List.of(transport), new OutboxStatistics());
  }

  private void sendUntil(int amount) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertThat(pushService.received).hasSize(amount);
            });
  }

  private NewsTarget stored() {
    return domain.read(tx -> domain.features.newsTargets.find(tx, browser.id()).orElseThrow());
  }

  private List<String> states() {
    return domain.read(
        tx ->
            domain.features.outbox.listItems(tx, browser.id(), 10).stream()
                .map(item -> item.state().wireName())
                .toList());
  }

  private void awaitStates(String... states) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertThat(states()).containsExactly(states);
            });
  }

  @Test
  void theFirstNewsComesAtOnceAndWhatFollowsWithinAMinuteTogether() {
    long first = domain.ask(supporter, creator, "Kindred").id();
    sendUntil(1);
    awaitStates("sent");

    var message = pushService.received.getFirst();
    assertThat(message.content().get("body").asText()).isEqualTo("amara fragt „Kindred“ an");
    assertThat(message.content().get("href").asText()).isEqualTo("/books/requests/" + first);
    assertThat(message.headers().getFirst("Authorization")).startsWith("vapid t=");
    assertThat(message.headers().getFirst("Ttl")).isEqualTo("172800");
    assertThat(message.headers().getFirst("Urgency")).isEqualTo("normal");
    assertThat(message.headers().getFirst("Topic")).isEqualTo("request-" + first);

    List.of("Dawn", "Imago", "Fledgling").forEach(title -> domain.ask(supporter, creator, title));
    awaitStates("queued", "queued", "queued", "sent");
    domain.passes(Duration.ofSeconds(61));
    sendUntil(2);
    awaitStates("sent", "sent", "sent", "sent");
    JsonNode together = pushService.received.getLast().content();
    assertThat(together.get("title").asText()).isEqualTo("3 neue Mitteilungen");
    assertThat(together.get("body").asText()).contains("„Dawn“", "„Imago“", "„Fledgling“");
  }

  @Test
  void aMessageThatIsTooLargeIsShortenedAndABrowserThatIsGoneIsDropped() {
    pushService.statuses.addAll(List.of(413, 201, 410));
    domain.ask(supporter, creator, "K".repeat(200));
    sendUntil(2);
    awaitStates("sent");
    assertThat(pushService.received.getLast().content().get("body").asText())
        .hasSize(80)
        .endsWith("…");

    domain.passes(Duration.ofMinutes(2));
    domain.ask(supporter, creator, "Dawn");
    awaitStates("failed", "sent");
    domain.ask(supporter, creator, "Imago");
    assertThat(states()).hasSize(2);
    assertThat(stored().verified()).isFalse();
  }

  @Test
  void anEndpointInAPrivateNetworkGetsNothing() {
    sender.close();
    sender = newSender(false);
    domain.ask(supporter, creator, "Kindred");

    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertThat(stored().lastError()).contains("private address");
            });
    assertThat(pushService.received).isEmpty();
  }

  @Test
  void theKeysStayTheSameForAllNodes() {
    String first = domain.read(tx -> new PushKeyStore().publicKey(tx));
    domain.write(
        tx -> {
          new PushKeyStore().createIfMissing(tx);
          return true;
        });

    String second = domain.read(tx -> new PushKeyStore().publicKey(tx));
    assertThat(second).isEqualTo(first);
    assertThat(P256Keys.decodePublic(Base64.getUrlDecoder().decode(first))).isPresent();
  }
}
