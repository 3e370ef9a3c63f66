package io.bookbell.server.notification;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.server.json.Json;
import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.OnBehalfDetails;
import io.bookbell.server.notification.NotificationDetails.PlainTextDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.SourceRefusalDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a notification says: its kind, and details of the type that belongs to the kind. */
public record NotificationFacts(NotificationKind kind, NotificationDetails details) {
  /**
   * @throws IllegalArgumentException if the details are of another type than the kind's
   */
  public NotificationFacts {
    if (!kind.detailsType().isInstance(details)) {
      throw new IllegalArgumentException(
          "%s needs %s, got %s"
              .formatted(kind, kind.detailsType().getSimpleName(), details.getClass()));
    }
  }

  static NotificationFacts ofText(String kind, String text) {
    return new NotificationFacts(NotificationKind.TEXT, new PlainTextDetails(kind, text));
  }

  /**
   * Reads stored facts.
   *
   * @param details null if the row is from before rows had details
   * @param text the English text of such a row
   */
  static NotificationFacts ofStored(String kind, @Nullable String details, String text) {
    if (details == null) {
      return NotificationTextParser.parseText(kind, text);
    }
    return NotificationKind.find(kind)
        .flatMap(known -> readDetails(known, details))
        .orElseGet(() -> ofText(kind, kind.replace('_', ' ')));
  }

  /** Returns the facts; empty if they are in a form that only a newer version knows. */
  private static Optional<NotificationFacts> readDetails(NotificationKind kind, String details) {
    try {
      return Optional.of(new NotificationFacts(kind, Json.readStored(details, kind.detailsType())));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** The form in which {@link #ofStored} reads the details. */
  String storedDetails() {
    return Json.writeAsString(details);
  }

  /** The title of the request; null if there is none. */
  @Nullable String title() {
    return switch (details) {
      case CreatedDetails created -> created.title();
      case TitleDetails request -> request.title();
      case SeveralDetails several -> several.title();
      case ReplyDetails reply -> reply.title();
      case OnBehalfDetails made -> made.title();
      case SourceRefusalDetails _, PlainTextDetails _ -> null;
    };
  }

  /** The supporter who made the request, in what admins are told. */
  @Nullable String supporterName() {
    return switch (details) {
      case CreatedDetails created -> created.supporterName();
      case ReplyDetails reply -> reply.actorName();
      case TitleDetails _,
          SeveralDetails _,
          OnBehalfDetails _,
          SourceRefusalDetails _,
          PlainTextDetails _ ->
          null;
    };
  }
}
