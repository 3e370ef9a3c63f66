package io.bookbell.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The invented request that a test delivery and a preview tell of. Stateless. */
final class WebhookExample {
  /** No request and no user has it, and programs with numbers like JavaScript's can hold it. */
  private static final long NOBODY = (1L << 53) - 1;

  private WebhookExample() {}

  /** Returns what is sent about the request, complete like that of a real one. */
  static String createBody(UserId creator, Instant now) {
    var request =
        new BookRequest(
            NOBODY,
            creator,
            new UserId(NOBODY),
            "Amara",
            "Kindred",
            "Octavia E. Butler",
            null,
            null,
            Status.PENDING,
            null,
            null,
            null,
            false,
            List.of(),
            0,
            now,
            now,
            null,
            0);
    return Json.writeAsString(Map.of("action", "created", "book_request", request));
  }

  /** Returns what a preview fills in. */
  static JsonNode forPreview() {
    return WebhookTexts.parse(createBody(new UserId(NOBODY), Instant.EPOCH));
  }
}
