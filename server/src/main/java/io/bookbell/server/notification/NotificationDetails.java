package io.bookbell.server.notification;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bookbell.hub.UserId;
import org.jspecify.annotations.Nullable;

/**
 * The details of a notification, as they are stored and sent, in JSON without the fields that are
 * null. Names are those of the time of the notification. Ids are missing from notifications that
 * were parsed from an older text.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface NotificationDetails {

  /** A new request, for admins. */
  record CreatedDetails(String title, @Nullable UserId supporterId, String supporterName)
      implements NotificationDetails {}

  /** The request that something has happened to. */
  record TitleDetails(String title) implements NotificationDetails {}

  /**
   * Several requests of one supporter that were answered at once.
   *
   * @param title that of one of them
   * @param count how many they are
   */
  record SeveralDetails(String title, int count) implements NotificationDetails {}

  /** A reply to a request, by the supporter or an admin. */
  record ReplyDetails(String title, @Nullable UserId actorId, String actorName)
      implements NotificationDetails {}

  /** A request that a team member has made for its supporter. */
  record OnBehalfDetails(String title, @Nullable UserId actorId, String actorName)
      implements NotificationDetails {}

  /**
   * A membership service that no longer lets its members be read.
   *
   * @param actorName what the service calls itself
   */
  record SourceRefusalDetails(String actorName) implements NotificationDetails {}

  /**
   * An English text in place of details.
   *
   * @param kind the kind under which the text was stored
   */
  record PlainTextDetails(String kind, String text) implements NotificationDetails {}
}
