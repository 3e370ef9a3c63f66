package io.bookbell.server.notification;

import com.fasterxml.jackson.annotation.JsonValue;
import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.OnBehalfDetails;
import io.bookbell.server.notification.NotificationDetails.PlainTextDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.SourceRefusalDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;
import io.bookbell.server.outbox.NewsEvent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What users are notified of. */
public enum NotificationKind {
  REQUEST_CREATED(CreatedDetails.class),
  REQUEST_APPROVED(TitleDetails.class),
  REQUEST_REJECTED(TitleDetails.class),
  REQUEST_COMPLETED(TitleDetails.class),
  REQUESTS_APPROVED(SeveralDetails.class),
  REQUESTS_REJECTED(SeveralDetails.class),
  REQUESTS_COMPLETED(SeveralDetails.class),
  REPLY_ADDED(ReplyDetails.class),
  REQUEST_CREATED_FOR_YOU(OnBehalfDetails.class),
  FOLLOWED_REQUEST_APPROVED(TitleDetails.class),
  FOLLOWED_REQUEST_REJECTED(TitleDetails.class),
  FOLLOWED_REQUEST_COMPLETED(TitleDetails.class),
  FOLLOWED_REQUEST_CANCELLED(TitleDetails.class),
  /** A membership service no longer lets its members be read, for the creator. */
  SOURCE_FAILED(SourceRefusalDetails.class),
  /** One from before notifications had details, whose text couldn't be parsed. Not sent anew. */
  TEXT(PlainTextDetails.class);

  private static final Map<String, NotificationKind> BY_WIRE_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(NotificationKind::wireName, Function.identity()));

  private final Class<? extends NotificationDetails> detailsType;

  NotificationKind(Class<? extends NotificationDetails> detailsType) {
    this.detailsType = detailsType;
  }

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the kind with that wire name; empty if this version doesn't know it. */
  static Optional<NotificationKind> find(String wireName) {
    return Optional.ofNullable(BY_WIRE_NAME.get(wireName));
  }

  /** The event of which people are told outside the page. */
  NewsEvent event() {
    return switch (this) {
      case REQUEST_CREATED, REQUEST_CREATED_FOR_YOU -> NewsEvent.REQUEST_CREATED;
      case REQUEST_APPROVED,
          REQUEST_REJECTED,
          REQUEST_COMPLETED,
          REQUESTS_APPROVED,
          REQUESTS_REJECTED,
          REQUESTS_COMPLETED ->
          NewsEvent.REQUEST_ANSWERED;
      case REPLY_ADDED -> NewsEvent.REPLY_ADDED;
      case FOLLOWED_REQUEST_APPROVED,
          FOLLOWED_REQUEST_REJECTED,
          FOLLOWED_REQUEST_COMPLETED,
          FOLLOWED_REQUEST_CANCELLED ->
          NewsEvent.FOLLOWED_ANSWERED;
      case SOURCE_FAILED -> NewsEvent.NOTICE;
      case TEXT -> throw new IllegalStateException("Texts aren't sent anew");
    };
  }

  /** The type of the details of a notification of this kind. */
  Class<? extends NotificationDetails> detailsType() {
    return detailsType;
  }
}
