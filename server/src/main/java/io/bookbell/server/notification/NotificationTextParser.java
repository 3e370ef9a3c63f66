package io.bookbell.server.notification;

import io.bookbell.server.notification.NotificationDetails.CreatedDetails;
import io.bookbell.server.notification.NotificationDetails.ReplyDetails;
import io.bookbell.server.notification.NotificationDetails.SeveralDetails;
import io.bookbell.server.notification.NotificationDetails.TitleDetails;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the English texts that notifications had instead of details before schema version 13, in
 * all wordings there have been.
 */
final class NotificationTextParser {
  private static final String TITLE = "“(?<title>.*)”";
  private static final String OUTCOME = "(?:approved|rejected|declined|completed)";

  private static final Pattern CREATED = pattern("(?<name>.*?) (?:asks for|requested) " + TITLE);
  private static final Pattern REPLY = pattern("(?<name>.*?) replied (?:about|to) " + TITLE);
  private static final Pattern ANSWERED = pattern(TITLE + " was " + OUTCOME);
  private static final Pattern SEVERAL =
      pattern(
          "(?<count>\\d{1,9}) of your requests were "
              + OUTCOME
              + ", (?:including )?"
              + TITLE
              + "(?: among them)?");
  private static final Pattern FOLLOWED = pattern(TITLE + ", which you follow, was .*");

  private NotificationTextParser() {}

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  /** Returns the facts in a text; of kind {@link NotificationKind#TEXT} if it isn't understood. */
  static NotificationFacts parseText(String kind, String text) {
    return NotificationKind.find(kind)
        .flatMap(
            known ->
                Optional.ofNullable(parseDetails(known, text))
                    .map(details -> new NotificationFacts(known, details)))
        .orElseGet(() -> NotificationFacts.ofText(kind, text));
  }

  private static @Nullable NotificationDetails parseDetails(NotificationKind kind, String text) {
    return switch (kind) {
      case REQUEST_CREATED -> {
        Matcher created = CREATED.matcher(text);
        yield created.matches()
            ? new CreatedDetails(created.group("title"), null, created.group("name"))
            : null;
      }
      case REQUEST_APPROVED, REQUEST_REJECTED, REQUEST_COMPLETED -> parseRequest(ANSWERED, text);
      case REQUESTS_APPROVED, REQUESTS_REJECTED, REQUESTS_COMPLETED -> {
        Matcher several = SEVERAL.matcher(text);
        yield several.matches()
            ? new SeveralDetails(several.group("title"), Integer.parseInt(several.group("count")))
            : null;
      }
      case REPLY_ADDED -> {
        Matcher reply = REPLY.matcher(text);
        yield reply.matches()
            ? new ReplyDetails(reply.group("title"), null, reply.group("name"))
            : null;
      }
      case FOLLOWED_REQUEST_APPROVED,
          FOLLOWED_REQUEST_REJECTED,
          FOLLOWED_REQUEST_COMPLETED,
          FOLLOWED_REQUEST_CANCELLED ->
          parseRequest(FOLLOWED, text);
      case REQUEST_CREATED_FOR_YOU, SOURCE_FAILED, TEXT -> null;
    };
  }

  private static @Nullable TitleDetails parseRequest(Pattern pattern, String text) {
    Matcher request = pattern.matcher(text);
    return request.matches() ? new TitleDetails(request.group("title")) : null;
  }
}
