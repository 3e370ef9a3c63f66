package io.bookbell.server.webhook;

import io.bookbell.server.http.JsonBody;
import io.bookbell.server.news.ChannelKind;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.webhook.Webhook.WebhookDetails;
import java.util.Map;
import java.util.Optional;

/**
 * A person's own chat, or program, as a channel for news. Who knows such an address may write
 * there, so nobody else has to agree. Thread-safe.
 */
public final class ChatChannel implements ChannelKind {
  private static final String SECRET = "secret";

  private final WebhookKind webhookKind;

  /**
   * Creates the kind.
   *
   * @param newsKind Discord, ntfy, Telegram or a webhook
   */
  public ChatChannel(NewsKind newsKind) {
    this.webhookKind = WebhookKind.of(newsKind.wireName());
  }

  @Override
  public NewsKind kind() {
    return webhookKind.newsKind();
  }

  @Override
  public ChannelAddress parseAddress(JsonBody channel) {
    String target = channel.requiredVerbatim("target", 1, WebhookAddress.MAX_LENGTH);
    if (!target.isEmpty()) {
      Optional<String> fault = WebhookAddress.findFault(webhookKind, target);
      channel.checkField("target", fault.isEmpty(), fault.orElse(""));
    }
    String secret =
        webhookKind.isChat()
            ? ""
            : channel
                .optionalLine(
                    SECRET, WebhookDetails.MIN_SECRET_LENGTH, WebhookDetails.MAX_SECRET_LENGTH)
                .orElse("");
    return new ChannelAddress(target, new WebhookDetails(webhookKind, secret, null, null).stored());
  }

  @Override
  public Map<String, Object> describe(NewsTarget target) {
    String secret = WebhookDetails.parse(target.details()).secret();
    return secret.isEmpty() ? Map.of() : Map.of(SECRET, secret);
  }

  @Override
  public boolean needsConsent() {
    return false;
  }

  @Override
  public void askForConsent(Transaction tx, NewsTarget target, String language) {
    throw new IllegalStateException("Nobody has to agree to " + webhookKind);
  }
}
