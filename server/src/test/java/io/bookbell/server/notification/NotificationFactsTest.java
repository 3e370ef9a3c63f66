package io.bookbell.server.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.PlainTextDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What notifications store, their English text, and how the texts of older versions are read. */
class NotificationFactsTest {
  private static final UserId USER = new UserId(101);

  @ParameterizedTest
  @EnumSource
  void everyKindComesBackAsItWasStored(NotificationKind kind) {
    var facts = new NotificationFacts(kind, exampleOf(kind));

    assertThat(NotificationFacts.ofStored(kind.wireName(), facts.storedDetails(), ""))
        .isEqualTo(facts);
    assertThat(NotificationEnglish.toSentence(facts))
        .contains(kind == NotificationKind.TEXT ? "Something" : "“Kindred”");
  }

  private static NotificationDetails exampleOf(NotificationKind kind) {
    return Stream.of(
            new CreatedDetails("Kindred", USER, "Amara"),
            new NotificationDetails.OnBehalfDetails("Kindred", USER, "Kofi"),
            new TitleDetails("Kindred"),
            new SeveralDetails("Kindred", 3),
            new ReplyDetails("Kindred", USER, "Grace"),
            new NotificationDetails.SourceRefusalDetails("“Kindred”"),
            new PlainTextDetails("old_kind", "Something"))
        .filter(kind.detailsType()::isInstance)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aKindHasDetailsOfItsOwnType() {
    var details = new TitleDetails("Kindred");
    assertThatThrownBy(() -> new NotificationFacts(NotificationKind.REPLY_ADDED, details))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ReplyDetails");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "request_created | Amara requested “Kindred”",
        "request_created | Amara requested “A “quoted” title”",
        "request_approved | “Kindred” was approved",
        "request_rejected | “Kindred” was declined",
        "request_completed | “Kindred” was completed",
        "requests_approved | 3 of your requests were approved, including “Kindred”",
        "requests_rejected | 12 of your requests were declined, including “Kindred”",
        "requests_completed | 3 of your requests were completed, including “Kindred”",
        "reply_added | Grace replied to “Kindred”",
        "followed_request_approved | “Kindred”, which you follow, was approved",
        "followed_request_rejected | “Kindred”, which you follow, was declined",
        "followed_request_completed | “Kindred”, which you follow, was completed",
        "followed_request_cancelled"
            + " | “Kindred”, which you follow, was withdrawn by the person who requested it"
      })
  void anOlderTextIsTurnedIntoFactsWithoutLoss(String kind, String text) {
    NotificationFacts facts = NotificationFacts.ofStored(kind, null, text);

    assertThat(facts.kind().wireName()).isEqualTo(kind);
    assertThat(NotificationEnglish.toSentence(facts)).isEqualTo(text);
    assertThat(NotificationFacts.ofStored(kind, facts.storedDetails(), "")).isEqualTo(facts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "request_created | Amara asks for “Kindred” | Amara requested “Kindred”",
        "request_rejected | “Kindred” was rejected | “Kindred” was declined",
        "requests_approved | 3 of your requests were approved, “Kindred” among them"
            + " | 3 of your requests were approved, including “Kindred”",
        "reply_added | Grace replied about “Kindred” | Grace replied to “Kindred”",
        "followed_request_cancelled | “Kindred”, which you follow, was taken back by who asked for it"
            + " | “Kindred”, which you follow, was withdrawn by the person who requested it"
      })
  void theOldestWordingsAreUnderstoodToo(String kind, String text, String today) {
    NotificationFacts facts = NotificationFacts.ofStored(kind, null, text);

    assertThat(facts.kind().wireName()).isEqualTo(kind);
    assertThat(NotificationEnglish.toSentence(facts)).isEqualTo(today);
  }

  @Test
  void anOlderTextHasTheFactsThatItTells() {
    assertThat(NotificationFacts.ofStored("request_created", null, "Amara asks for “Emma”"))
        .returns(new CreatedDetails("Emma", null, "Amara"), NotificationFacts::details)
        .returns("Emma", NotificationFacts::title)
        .returns("Amara", NotificationFacts::supporterName);
    assertThat(
            NotificationFacts.ofStored(
                "requests_rejected", null, "4 of your requests were declined, including “Emma”"))
        .returns(new SeveralDetails("Emma", 4), NotificationFacts::details);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "new_request | A new request",
        "request_approved | Kindred was approved",
        "reply_added | Somebody replied",
        "text | already a text"
      })
  void anOlderTextThatIsNotUnderstoodIsKept(String kind, String text) {
    NotificationFacts facts = NotificationFacts.ofStored(kind, null, text);

    assertThat(facts)
        .isEqualTo(new NotificationFacts(NotificationKind.TEXT, new PlainTextDetails(kind, text)));
    assertThat(NotificationEnglish.toSentence(facts)).isEqualTo(text);
  }
}
