package io.bookbell.server.mail;

import io.bookbell.server.mail.TransactionalMail.MailLink;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.NewsPage;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.OutboxItem;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Composes mails, as text and HTML. Thread-safe. */
final class MailComposer {
  private final PublicUrl publicUrl;
  private final String host;

  MailComposer(PublicUrl publicUrl) {
    this.publicUrl = publicUrl;
    this.host = Objects.requireNonNull(URI.create(publicUrl.toString()).getHost());
  }

  /** Composes the mail of one piece of news. Those of one request are shown together. */
  ComposedMail composeNews(NewsTarget target, OutboxItem item, NewsWords words) {
    NewsBody body = NewsBody.parse(item.body());
    String title = body.details().path("title").asText("");
    String sentence = words.sentence(body);
    Map<String, String> headers = newsHeaders(target, messageId(item.id(), item.id()));
    threadId(target, item)
        .ifPresent(
            thread -> {
              headers.put("References", thread);
              headers.put("In-Reply-To", thread);
            });
    var content =
        new MailContent(words)
            .paragraph(sentence)
            .button(words.text("news.open"), linkOf(item))
            .footer(words.text("news.no_replies"), "", "")
            .footer(words.text("news.why"), words.text("news.settings"), settingsUrl())
            .footer("", words.text("news.unsubscribe"), unsubscribeUrl(target));
    String subject =
        item.request() == null || title.isEmpty()
            ? sentence
            : words.text("news.subject", Map.of("title", title));
    return content.toMail(target.address(), subject, headers);
  }

  /** Composes one mail of several pieces of news. */
  ComposedMail composeDigest(NewsTarget target, List<OutboxItem> items, NewsWords words) {
    var content = new MailContent(words);
    for (OutboxItem item : items) {
      content.link(words.sentence(NewsBody.parse(item.body())), linkOf(item));
    }
    content
        .footer(words.text("news.why"), words.text("news.settings"), settingsUrl())
        .footer("", words.text("news.unsubscribe"), unsubscribeUrl(target));
    String id = messageId(items.getFirst().id(), items.getLast().id());
    return content.toMail(target.address(), words.text("news.digest"), newsHeaders(target, id));
  }

  /**
   * Composes a mail with a link that its receiver has to open, such as for a new password. Each
   * attempt has a link of its own, and makes those before invalid: so it also has a Message-ID of
   * its own, and no mail program takes it for a copy.
   */
  ComposedMail composeAction(String address, OutboxItem item, MailLink link) {
    NewsWords words = NewsWords.of(link.language());
    String attempt = item.attempts() == 0 ? "" : "." + item.attempts();
    String kind = "mail." + item.event();
    var headers = new LinkedHashMap<String, String>();
    headers.put("Message-ID", "<news-" + item.id() + attempt + "@" + host + ">");
    headers.put("Auto-Submitted", "auto-generated");
    var content = new MailContent(words).paragraph(words.text(kind + "_text", link.values()));
    if (!link.path().isEmpty()) {
      content.button(words.text(kind + "_do"), publicUrl + link.path());
    }
    return content.toMail(address, words.text(kind + "_subject", link.values()), headers);
  }

  private Map<String, String> newsHeaders(NewsTarget target, String id) {
    var headers = new LinkedHashMap<String, String>();
    headers.put("Message-ID", id);
    headers.put("Auto-Submitted", "auto-generated");
    headers.put(
        "List-Unsubscribe",
        "<" + publicUrl + "/api/news/unsubscribe?token=" + target.token() + ">");
    headers.put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    return headers;
  }

  /** The same each time that the same items are sent, so that a second copy is recognised. */
  private String messageId(long first, long last) {
    return "<news-" + first + (first == last ? "" : "-" + last) + "@" + host + ">";
  }

  private Optional<String> threadId(NewsTarget target, OutboxItem item) {
    return Optional.ofNullable(item.request())
        .map(request -> "<request-" + request + "-" + target.id() + "@" + host + ">");
  }

  private String linkOf(OutboxItem item) {
    return publicUrl + NewsPage.pathOf(item);
  }

  private String settingsUrl() {
    return publicUrl + "/account";
  }

  private String unsubscribeUrl(NewsTarget target) {
    return publicUrl + "/news#unsubscribe=" + target.token();
  }
}
