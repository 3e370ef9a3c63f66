package io.bookbell.server.webhook;

import com.fasterxml.jackson.annotation.JsonValue;
import io.bookbell.server.outbox.NewsKind;
import java.util.Arrays;
import java.util.Locale;

/** Whose requests a webhook's receiver understands. */
public enum WebhookKind {
  /** JSON in our own form, signed. */
  WEBHOOK(NewsKind.WEBHOOK),
  /** Slack, and what takes the same: Mattermost, Rocket.Chat. */
  SLACK(NewsKind.WEBHOOK),
  DISCORD(NewsKind.DISCORD),
  NTFY(NewsKind.NTFY),
  TELEGRAM(NewsKind.TELEGRAM);

  private final NewsKind newsKind;

  WebhookKind(NewsKind newsKind) {
    this.newsKind = newsKind;
  }

  /** The kind of the target in the outbox. */
  NewsKind newsKind() {
    return newsKind;
  }

  /** Whether a person reads it, so that it can have a template. */
  boolean isChat() {
    return this != WEBHOOK;
  }

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static WebhookKind of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  static String[] wireNames() {
    return Arrays.stream(values()).map(WebhookKind::wireName).toArray(String[]::new);
  }
}
