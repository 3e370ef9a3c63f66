package io.bookbell.server.mail;

import io.bookbell.hub.UserId;
import io.bookbell.server.mail.TransactionalMail.MailLink;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A mail of each kind, with long and short words from both directions. Stateless. */
public final class ExampleMails {
  private static final String LONG =
      "Die Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzgebungsgeschichte";
  private static final String TOKEN = "uHq3Yd0oCk5b2mRZ7w9XvLr4TnEsJf1PgAi6BtKySxQ";

  private ExampleMails() {}

  /** What a mail program shows. */
  public record ExampleMail(String kind, String subject, String text, String html) {}

  /** Composes them in a language. */
  public static List<ExampleMail> compose(String language) {
    var words = NewsWords.of(language);
    var composer = new MailComposer(PublicUrl.parse("https://books.test").orElseThrow());
    NewsTarget target = target();
    var mails = new ArrayList<ExampleMail>();
    OutboxItem answered = item(1, "request_approved", "مئة عام من العزلة");
    OutboxItem replied = item(2, "reply_added", LONG);
    mails.add(toExample("answered", composer.composeNews(target, answered, words)));
    mails.add(toExample("reply", composer.composeNews(target, replied, words)));
    mails.add(
        toExample(
            "digest",
            composer.composeDigest(
                target,
                List.of(answered, replied, item(3, "request_created", "Kindred & <Dawn>")),
                words)));
    mails.add(action(composer, language, "password_reset", "/reset#" + TOKEN));
    mails.add(action(composer, language, "address_change", "/news#address=" + TOKEN));
    mails.add(action(composer, language, "address_changed", ""));
    mails.add(action(composer, language, "confirm_channel", "/news#confirm=" + TOKEN));
    mails.add(action(composer, language, "invitation", "/join#" + TOKEN));
    return mails;
  }

  private static ExampleMail action(
      MailComposer composer, String language, String event, String path) {
    var values =
        Map.of("name", "Ada Lovelace", "site", "books.test", "contact", "operator@books.test");
    OutboxItem item = item(4, event, "");
    var link = new MailLink(path, language, values);
    return toExample(event, composer.composeAction("ada@home.test", item, link));
  }

  private static ExampleMail toExample(String kind, ComposedMail mail) {
    return new ExampleMail(kind, mail.subject(), mail.text(), mail.html());
  }

  private static NewsTarget target() {
    return new NewsTarget(
        7,
        new UserId(1),
        null,
        TargetPurpose.CHANNEL,
        NewsKind.MAIL,
        "ada@home.test",
        "{}",
        TOKEN,
        true,
        Instant.EPOCH,
        0,
        null,
        null);
  }

  private static OutboxItem item(long id, String event, String title) {
    var details = Map.of("title", title, "supporter_name", "Amara", "actor_name", "Mara");
    return new OutboxItem(
        id,
        7,
        event,
        new UserId(1),
        12L,
        null,
        false,
        NewsBody.of(event, details),
        Instant.EPOCH,
        ItemState.QUEUED,
        0,
        null,
        null);
  }
}
