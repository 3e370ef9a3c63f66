package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.json.Json;
import io.bookbell.server.news.NewsPage;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.SendPlan;
import io.bookbell.server.outbox.SendPlan.SendNow;
import io.bookbell.server.outbox.SendPlan.SkipItems;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outgoing.OutgoingRequests;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.webhook.ChatPost.ChatText;
import io.bookbell.server.webhook.Webhook.WebhookDetails;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sends what a creator's webhooks and people's own chats get: our own JSON with a signature, or a
 * sentence for a chat service. Thread-safe.
 */
public final class WebhookTransport implements NewsTransport {
  private static final String APPLICATION = "Bookbell";

  /** More than these, for instance after quiet hours, are sent to a chat as one message. */
  private static final int MAX_SEPARATE = 3;

  private final AccountStore accountStore = new AccountStore();
  private final NewsKind kind;
  private final OutgoingRequests outgoingRequests;
  private final Supplier<String> siteUrl;
  private final PersonalFilter personalFilter;

  /**
   * Creates a transport.
   *
   * @param siteUrl the URL of the page, without a slash at the end
   */
  public WebhookTransport(
      NewsKind kind,
      OutgoingRequests outgoingRequests,
      Supplier<String> siteUrl,
      PersonalFilter personalFilter) {
    this.kind = kind;
    this.outgoingRequests = outgoingRequests;
    this.siteUrl = siteUrl;
    this.personalFilter = personalFilter;
  }

  @Override
  public NewsKind kind() {
    return kind;
  }

  @Override
  public SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued) {
    var receiver =
        new Receiver(
            URI.create(target.address()), WebhookDetails.parse(target.details()), tx.now());
    if (target.purpose() != TargetPurpose.WEBHOOK) {
      return planNews(tx, target, queued, receiver);
    }
    if (accountStore.isDisabled(tx, Objects.requireNonNull(target.creator()))) {
      return new SkipItems(queued.stream().map(OutboxItem::id).toList());
    }
    OutboxItem item = queued.getFirst();
    var plan =
        SendNow.single(
            item,
            () ->
                receiver.details.kind().isChat()
                    ? postText(receiver, textOf(receiver.details, item))
                    : postSigned(receiver, item, WebhookTexts.contentOf(item)));
    return item.event().equals(WebhookService.TEST) ? plan.once() : plan;
  }

  /** Where something is sent, as it is when that is planned. */
  private record Receiver(URI address, WebhookDetails details, Instant now) {}

  private SendPlan planNews(
      Transaction tx, NewsTarget target, List<OutboxItem> queued, Receiver receiver) {
    return personalFilter.planNews(
        tx,
        target,
        queued,
        (wanted, words) -> {
          boolean together = receiver.details.kind().isChat() && wanted.size() > MAX_SEPARATE;
          List<OutboxItem> sent = together ? wanted : List.of(wanted.getFirst());
          var plan =
              new SendNow(
                  sent.stream().map(OutboxItem::id).toList(),
                  List.of(),
                  () -> sendNews(receiver, sent, words));
          return PersonalFilter.findTest(sent).isPresent() ? plan.once() : plan;
        });
  }

  private SendResult sendNews(Receiver receiver, List<OutboxItem> items, NewsWords words)
      throws Exception {
    String text =
        items.stream()
            .map(item -> words.sentence(NewsBody.parse(item.body())))
            .collect(Collectors.joining("\n"));
    OutboxItem first = items.getFirst();
    String link = siteUrl.get() + (items.size() == 1 ? NewsPage.pathOf(first) : "/");
    return receiver.details.kind().isChat()
        ? postText(receiver, new ChatText(APPLICATION, text, link))
        : postSigned(receiver, first, newsContent(first, text, link));
  }

  /** What a program of a person's own gets. */
  private static Map<String, Object> newsContent(OutboxItem item, String text, String link) {
    NewsBody body = NewsBody.parse(item.body());
    var content = WebhookTexts.commonContent(item);
    content.put("kind", body.kind());
    content.put("details", body.details());
    content.put("text", text);
    content.put("link", link);
    return content;
  }

  private SendResult postSigned(Receiver receiver, OutboxItem item, Map<String, Object> content)
      throws Exception {
    byte[] body = Json.writeAsString(content).getBytes(UTF_8);
    var headers = new HashMap<String, String>();
    headers.put("Content-Type", "application/json");
    headers.put("Bookbell-Delivery", Long.toString(item.id()));
    headers.put("Bookbell-Event", item.event());
    String secret = receiver.details.secret();
    if (!secret.isEmpty()) {
      headers.put(WebhookSignature.HEADER, WebhookSignature.sign(secret, receiver.now, body));
    }
    return PostResult.of(outgoingRequests.post(receiver.address, headers, body));
  }

  private ChatText textOf(WebhookDetails webhookDetails, OutboxItem item) {
    JsonNode body = WebhookTexts.bodyOf(item);
    String template = webhookDetails.template();
    String text =
        template == null
            ? WebhookTexts.sentence(item.event(), body)
            : new WebhookTemplate(template).fill(body);
    Long request = item.request();
    String link = siteUrl.get() + (request == null ? "/" : "/requests/" + request);
    return new ChatText(APPLICATION, text, link);
  }

  private SendResult postText(Receiver receiver, ChatText chatText) throws Exception {
    ChatPost post = toPost(receiver.details.kind(), receiver.address, chatText);
    return PostResult.of(
        outgoingRequests.post(
            post.target(),
            Map.of("Content-Type", "application/json"),
            post.body().getBytes(UTF_8)));
  }

  private static ChatPost toPost(WebhookKind webhookKind, URI address, ChatText chatText) {
    return switch (webhookKind) {
      case DISCORD -> ChatPost.forDiscord(address, chatText);
      case NTFY -> ChatPost.forNtfy(address, chatText);
      case TELEGRAM -> ChatPost.forTelegram(address, chatText);
      case SLACK, WEBHOOK -> ChatPost.forSlack(address, chatText);
    };
  }
}
