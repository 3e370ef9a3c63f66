package io.bookbell.server.notification;

import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.OnBehalfDetails;
import io.bookbell.server.notification.NotificationDetails.PlainTextDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.SourceRefusalDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;

/**
 * Phrases notifications in English, for clients that don't read {@code details}. Nothing else on
 * the server phrases a notification.
 */
final class NotificationEnglish {
  private NotificationEnglish() {}

  static String toSentence(NotificationFacts facts) {
    return switch (facts.details()) {
      case CreatedDetails(var title, _, var supporter) -> supporter + " requested " + quote(title);
      case TitleDetails(var title) -> quote(title) + describeOutcome(facts.kind());
      case SeveralDetails(var title, var count) ->
          count
              + " of your requests"
              + describeOutcome(facts.kind())
              + ", including "
              + quote(title);
      case ReplyDetails(var title, _, var actor) -> actor + " replied to " + quote(title);
      case OnBehalfDetails(var title, _, var actor) ->
          actor + " requested " + quote(title) + " for you";
      case SourceRefusalDetails(var source) ->
          source + " is no longer connected with Bookbell. Connect it again in your settings.";
      case PlainTextDetails(_, var text) -> text;
    };
  }

  private static String describeOutcome(NotificationKind kind) {
    return switch (kind) {
      case REQUEST_APPROVED -> " was approved";
      case REQUEST_REJECTED -> " was declined";
      case REQUEST_COMPLETED -> " was completed";
      case REQUESTS_APPROVED -> " were approved";
      case REQUESTS_REJECTED -> " were declined";
      case REQUESTS_COMPLETED -> " were completed";
      case FOLLOWED_REQUEST_APPROVED -> ", which you follow, was approved";
      case FOLLOWED_REQUEST_REJECTED -> ", which you follow, was declined";
      case FOLLOWED_REQUEST_COMPLETED -> ", which you follow, was completed";
      case FOLLOWED_REQUEST_CANCELLED ->
          ", which you follow, was withdrawn by the person who requested it";
      case REQUEST_CREATED, REQUEST_CREATED_FOR_YOU, REPLY_ADDED, SOURCE_FAILED, TEXT ->
          throw new IllegalArgumentException(kind + " has no outcome");
    };
  }

  private static String quote(String title) {
    return "“" + title + "”";
  }
}
