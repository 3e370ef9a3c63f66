package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.SendPlan;
import io.bookbell.server.outbox.SendPlan.SendNow;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outgoing.OutgoingRequests;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.webhook.ChatPost.ChatText;
import io.bookbell.server.webhook.Webhook.WebhookDetails;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sends what a creator's webhooks get: our own JSON with a signature, or a sentence for a chat
 * service. Thread-safe.
 */
public final class WebhookTransport implements NewsTransport {
  private static final String APPLICATION = "Bookbell";

  private final NewsKind kind;
  private final OutgoingRequests outgoingRequests;
  private final Supplier<String> siteUrl;

  /**
   * Creates a transport.
   *
   * @param siteUrl the URL of the page, without a slash at the end
   */
  public WebhookTransport(
      NewsKind kind, OutgoingRequests outgoingRequests, Supplier<String> siteUrl) {
    this.kind = kind;
    this.outgoingRequests = outgoingRequests;
    this.siteUrl = siteUrl;
  }

  @Override
  public NewsKind kind() {
    return kind;
  }

  @Override
  public SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued) {
    OutboxItem item = queued.getFirst();
    WebhookDetails webhookDetails = WebhookDetails.parse(target.details());
    URI address = URI.create(target.address());
    Instant now = tx.now();
    return SendNow.single(
        item,
        () ->
            webhookDetails.kind().isChat()
                ? sendText(webhookDetails, address, item)
                : sendSigned(webhookDetails, address, item, now));
  }

  private SendResult sendSigned(
      WebhookDetails webhookDetails, URI address, OutboxItem item, Instant now) throws Exception {
    byte[] body = encode(item);
    Map<String, String> headers =
        Map.of(
            "Content-Type",
            "application/json",
            "Bookbell-Delivery",
            Long.toString(item.id()),
            "Bookbell-Event",
            item.event(),
            WebhookSignature.HEADER,
            WebhookSignature.sign(webhookDetails.secret(), now, body));
    return PostResult.of(outgoingRequests.post(address, headers, body));
  }

  private static byte[] encode(OutboxItem item) {
    var content = new LinkedHashMap<String, Object>();
    content.put("id", item.id());
    content.put("event", item.event());
    content.put("created_at", item.createdAt());
    Optional.ofNullable(item.creator()).ifPresent(creator -> content.put("creator_id", creator));
    WebhookTexts.bodyOf(item)
        .properties()
        .forEach(property -> content.put(property.getKey(), property.getValue()));
    return Json.writeAsString(content).getBytes(UTF_8);
  }

  private SendResult sendText(WebhookDetails webhookDetails, URI address, OutboxItem item)
      throws Exception {
    JsonNode body = WebhookTexts.bodyOf(item);
    String template = webhookDetails.template();
    String text =
        template == null
            ? WebhookTexts.sentence(item.event(), body)
            : new WebhookTemplate(template).fill(body);
    Long request = item.request();
    String link = siteUrl.get() + (request == null ? "/" : "/requests/" + request);
    ChatPost post = toPost(webhookDetails.kind(), address, new ChatText(APPLICATION, text, link));
    return PostResult.of(
        outgoingRequests.post(
            post.target(), Map.of("Content-Type", "application/json"), post.body()));
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
