package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.api.Contract;
import io.bookbell.server.json.Json;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import io.bookbell.server.outgoing.OutgoingRequests;
import io.bookbell.server.request.Status;
import io.bookbell.server.webhook.WebhookService.CreatedWebhook;
import io.bookbell.server.webhook.WebhookService.NewWebhook;
import io.bookbell.server.webhook.WebhookService.WebhookChanges;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a creator's webhooks are sent, by a receiver that is a real HTTP server. */
class WebhookTransportTest extends DomainTest {
  private static final Contract CONTRACT = new Contract();

  private final Vertx vertx = Vertx.vertx();
  private final List<Received> received = new CopyOnWriteArrayList<>();

  /** The statuses of the next responses; 200 when there are none left. */
  private final Deque<Integer> statuses = new ConcurrentLinkedDeque<>();

  private HttpServer receiver;
  private OutboxSender sender;
  private UserId creator;
  private UserId supporter;

  private record Received(String path, Map<String, String> headers, String body) {
    JsonNode json() throws IOException {
      return Json.readTree(body);
    }
  }

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          Map<String, String> headers =
              exchange.getRequestHeaders().entrySet().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().getFirst()));
          received.add(new Received(exchange.getRequestURI().toString(), headers, body));
          Integer status = statuses.poll();
          exchange.sendResponseHeaders(status == null ? 200 : status, -1);
          exchange.close();
        });
    receiver.start();
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
    sender = newSender(true);
  }

  @AfterEach
  void stop() {
    sender.close();
    receiver.stop(0);
    vertx.close().await();
  }

  private OutboxSender newSender(boolean allowsPrivate) {
    var requests = new OutgoingRequests(vertx, new EnvironmentProxies(Map.of()), allowsPrivate);
    List<NewsTransport> transports =
        Arrays.stream(NewsKind.values())
            .map(
                kind ->
                    (NewsTransport)
                        new WebhookTransport(
                            kind, requests, () -> "https://books.example", personalFilter()))
            .toList();
    return new OutboxSender(domain.database(), transports, new OutboxStatistics());
  }

  private PersonalFilter personalFilter() {
    return new PersonalFilter(domain.features.notifications, domain.features.access);
  }

  private WebhookService webhooks() {
    return new WebhookService(
        domain.features.creators,
        domain.features.access,
        domain.features.newsTargets,
        domain.features.outbox);
  }

  private CreatedWebhook create(WebhookKind kind, String path, Optional<String> template) {
    String url = "http://localhost:" + receiver.getAddress().getPort() + path;
    var terms =
        new NewWebhook(
            creator,
            kind,
            Optional.empty(),
            url,
            WebhookService.EVENTS,
            Optional.empty(),
            template);
    return domain.write(tx -> webhooks().create(tx, creator, terms));
  }

  private void sendUntil(int amount) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertThat(received).hasSize(amount);
            });
  }

  private List<OutboxItem> deliveries(CreatedWebhook webhook) {
    long id = webhook.webhook().id();
    return domain.read(tx -> webhooks().listDeliveries(tx, creator, id));
  }

  @Test
  void aProgramGetsEachEventInOrderSignedWithTheSecret() throws Exception {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/hook?a=b", Optional.empty());
    long request = domain.ask(supporter, creator, "Kindred").id();
    domain.answer(creator, request, Status.APPROVED);
    domain.write(tx -> domain.features.requests.addReply(tx, supporter, request, "thank you"));
    sendUntil(3);

    var events = new ArrayList<String>();
    for (Received each : received) {
      JsonNode json = each.json();
      CONTRACT.checkWebhook("creatorEvent", each.body());
      assertThat(each.path()).isEqualTo("/hook?a=b");
      assertThat(json.at("/book_request/title").asText()).isEqualTo("Kindred");
      assertThat(json.get("creator_id").asLong()).isEqualTo(creator.value());
      assertThat(each.headers()).containsEntry("Bookbell-delivery", json.get("id").asText());
      String signature = each.headers().get("Bookbell-signature");
      Instant time =
          Instant.ofEpochSecond(Long.parseLong(signature.substring(2, signature.indexOf(','))));
      assertThat(WebhookSignature.sign(webhook.secret(), time, each.body().getBytes(UTF_8)))
          .isEqualTo(signature);
      events.add(json.get("event").asText());
    }
    assertThat(events).containsExactly("request_created", "request_answered", "reply_added");
  }

  @Test
  void aTestTellsOfACompleteRequestThatDoesNotExist() throws Exception {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    domain.write(tx -> webhooks().sendTest(tx, creator, webhook.webhook().id()));
    sendUntil(1);

    Received test = received.getFirst();
    CONTRACT.checkWebhook("creatorEvent", test.body());
    assertThat(test.json().get("event").asText()).isEqualTo("test");
    assertThat(test.json().get("creator_id").asLong()).isEqualTo(creator.value());
    assertThat(test.json().at("/book_request/creator_id").asLong()).isEqualTo(creator.value());
    assertThat(test.json().at("/book_request/id").asLong()).isEqualTo((1L << 53) - 1);
  }

  @Test
  void aTestThatFailsDelaysNoNews() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    statuses.add(500);
    domain.write(tx -> webhooks().sendTest(tx, creator, webhook.webhook().id()));
    sendUntil(1);
    awaitError(webhook, "Status 500");
    assertThat(domain.read(tx -> webhooks().list(tx, creator, creator)).getFirst().lastError())
        .isEqualTo("Status 500");
    domain.ask(supporter, creator, "Kindred");
    sendUntil(2);

    await().untilAsserted(() -> assertThat(states(webhook)).containsExactly("sent", "failed"));
  }

  @Test
  void whatIsRefusedIsShownAndCanBeSentAgainUnderTheSameId() throws Exception {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    statuses.add(422);
    domain.ask(supporter, creator, "Kindred");
    domain.ask(supporter, creator, "Dawn");
    sendUntil(2);
    await().untilAsserted(() -> assertThat(states(webhook)).containsExactly("sent", "failed"));
    OutboxItem failed = deliveries(webhook).getLast();
    assertThat(failed.error()).isEqualTo("Status 422");

    domain.write(
        tx -> {
          webhooks().retryDelivery(tx, creator, webhook.webhook().id(), failed.id());
          return true;
        });
    refused(
        "delivery_queued",
        () ->
            domain.write(
                tx -> {
                  webhooks().retryDelivery(tx, creator, webhook.webhook().id(), failed.id());
                  return true;
                }));
    sendUntil(3);

    assertThat(received.getLast().json().get("id").asLong()).isEqualTo(failed.id());
    await().untilAsserted(() -> assertThat(states(webhook)).containsOnly("sent"));
  }

  private List<String> states(CreatedWebhook webhook) {
    return deliveries(webhook).stream().map(item -> item.state().wireName()).toList();
  }

  @Test
  void aReceiverThatFailsIsTriedAgainAndOneThatIsGoneIsNot() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    List<Integer> answers = List.of(302, 500, 410);
    statuses.addAll(answers);
    domain.ask(supporter, creator, "Kindred");
    for (int status : answers) {
      sendUntil(answers.indexOf(status) + 1);
      awaitError(webhook, "Status " + status); // or its pause would begin ten minutes later
      domain.passes(Duration.ofMinutes(10));
    }
    domain.ask(supporter, creator, "Dawn");

    await().untilAsserted(() -> assertThat(states(webhook)).containsExactly("failed"));
    Webhook ended = domain.read(tx -> webhooks().list(tx, creator, creator)).getFirst();
    assertThat(ended.active()).isFalse();
    assertThat(ended.lastError()).isEqualTo("Status 410");
  }

  @Test
  void aWebhookThatWasGoneGetsTheSameEventsAsBeforeOnceItIsChanged() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    statuses.add(410);
    domain.ask(supporter, creator, "Kindred");
    sendUntil(1);
    awaitError(webhook, "Status 410");
    Webhook changed = rename(webhook, Optional.empty());
    domain.ask(supporter, creator, "Dawn");
    sendUntil(2);

    assertThat(changed.active()).isTrue();
    assertThat(changed.events()).hasSameElementsAs(WebhookService.EVENTS);
  }

  /** Earlier versions removed the events when a webhook ended. */
  @Test
  void aWebhookWithoutEventsNeedsSomeToBecomeActiveAgain() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    domain.write(tx -> tx.update("DELETE FROM news_subscription"));

    refused("validation_failed", () -> rename(webhook, Optional.empty()));
    assertThat(rename(webhook, Optional.of(Set.of(NewsEvent.REPLY_ADDED))).events())
        .containsExactly(NewsEvent.REPLY_ADDED);
  }

  private Webhook rename(CreatedWebhook webhook, Optional<Set<NewsEvent>> events) {
    var changes =
        new WebhookChanges(Optional.of("Shelf"), Optional.empty(), events, Optional.empty());
    return domain.write(tx -> webhooks().update(tx, creator, webhook.webhook().id(), changes));
  }

  @Test
  void aTestAndARetryAreSentAtOnceAlthoughTheWebhookHasFailed() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    long id = webhook.webhook().id();
    statuses.add(422);
    domain.ask(supporter, creator, "Kindred");
    sendUntil(1);
    awaitError(webhook, "Status 422");
    fail(webhook, 2);
    domain.write(tx -> webhooks().sendTest(tx, creator, id));
    sendUntil(4);
    await()
        .untilAsserted(() -> assertThat(states(webhook)).containsExactly("sent", "sent", "failed"));
    fail(webhook, 5);
    OutboxItem refused = deliveries(webhook).getLast();
    domain.write(
        tx -> {
          webhooks().retryDelivery(tx, creator, id, refused.id());
          return true;
        });
    sendUntil(7);

    await().untilAsserted(() -> assertThat(states(webhook)).containsOnly("sent"));
  }

  /** Has an attempt fail, so that the next one would wait. */
  private void fail(CreatedWebhook webhook, int attempt) {
    statuses.add(503);
    domain.ask(supporter, creator, "Dawn");
    sendUntil(attempt);
    awaitError(webhook, "Status 503");
  }

  @Test
  void onlyADeliveryOfTheWebhookCanBeSentAgain() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    CreatedWebhook other = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    OutboxItem item = domain.write(tx -> webhooks().sendTest(tx, creator, other.webhook().id()));

    refused(
        "not_found",
        () ->
            domain.write(
                tx -> {
                  webhooks().retryDelivery(tx, creator, webhook.webhook().id(), item.id());
                  return true;
                }));
  }

  private void awaitError(CreatedWebhook webhook, String error) {
    await()
        .untilAsserted(() -> assertThat(deliveries(webhook).getFirst().error()).startsWith(error));
  }

  @Test
  void aDisabledCreatorIsToldNothing() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/hook", Optional.empty());
    CreatedWebhook chat = create(WebhookKind.DISCORD, "/chat", Optional.empty());
    disable(true);
    domain.ask(supporter, creator, "Kindred");
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              for (CreatedWebhook each : List.of(webhook, chat)) {
                assertThat(deliveries(each))
                    .extracting(OutboxItem::state)
                    .containsExactly(ItemState.SKIPPED);
              }
            });
    assertThat(received).isEmpty();

    disable(false);
    domain.ask(supporter, creator, "Emma");
    sendUntil(2);
  }

  private void disable(boolean disabled) {
    domain.write(
        tx ->
            tx.update(
                "UPDATE app_user SET disabled_at = ? WHERE id = ?",
                disabled ? tx.now() : null,
                creator));
  }

  @Test
  void aPrivateAddressIsNotCalledUnlessTheOperatorAllowsIt() {
    CreatedWebhook webhook = create(WebhookKind.WEBHOOK, "/", Optional.empty());
    sender.close();
    sender = newSender(false);
    domain.ask(supporter, creator, "Kindred");
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertThat(deliveries(webhook).getFirst().error())
                  .contains("private address", "BOOKBELL_WEBHOOK_PRIVATE");
            });

    assertThat(received).isEmpty();
  }

  @Test
  void aChatGetsTheUsualSentenceOrTheCreatorsOwn() throws Exception {
    create(WebhookKind.SLACK, "/slack", Optional.empty());
    create(WebhookKind.NTFY, "/topic", Optional.of("{supporter} → {title} ({author})"));
    long request = domain.ask(supporter, creator, "Kindred").id();
    sendUntil(2);

    var texts = new TreeSet<String>();
    for (Received each : received) {
      JsonNode json = each.json();
      texts.add(each.path() + " " + json.path("text").asText(json.path("message").asText()));
    }
    assertThat(texts)
        .containsExactly(
            "/ amara → Kindred (Somebody)",
            "/slack amara requested “Kindred” by Somebody\nhttps://books.example/requests/"
                + request);
  }
}
