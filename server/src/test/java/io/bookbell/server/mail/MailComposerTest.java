package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MailComposerTest {
  private static final NewsTarget TARGET =
      new NewsTarget(
          7,
          new UserId(1),
          null,
          TargetPurpose.CHANNEL,
          NewsKind.MAIL,
          "ada@home.test",
          "{}",
          "token",
          true,
          Instant.EPOCH,
          0,
          null,
          null);

  private final MailComposer composer =
      new MailComposer(PublicUrl.parse("https://books.test").orElseThrow());

  @Test
  void theSubjectIsTheTitleOfTheRequest() {
    assertThat(subject(7L, "reply_added", "Kindred")).isEqualTo("Request: Kindred");
  }

  /** What its text is about is no book. */
  @Test
  void theSubjectOfANoticeIsItsSentence() {
    assertThat(subject(null, "mail_broken", "The mail server doesn't answer"))
        .isEqualTo("Emails can’t be sent at the moment: The mail server doesn't answer");
  }

  private String subject(@Nullable Long request, String kind, String title) {
    var item =
        new OutboxItem(
            1,
            TARGET.id(),
            "notice",
            null,
            request,
            null,
            false,
            NewsBody.of(kind, Map.of("title", title)),
            Instant.EPOCH,
            ItemState.QUEUED,
            0,
            null,
            null);
    return composer.composeNews(TARGET, item, NewsWords.of("en")).subject();
  }
}
