package io.bookbell.server.webhook;

import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.bookbell.server.outgoing.OutgoingResponse;
import java.util.Set;

/** What the response of a receiver means for the items that were sent. Stateless. */
public final class PostResult {
  /** The receiver understands the request and will never take this content. */
  private static final Set<Integer> CONTENT_REFUSED = Set.of(400, 413, 415, 422);

  private static final int GONE = 410;

  private PostResult() {}

  public static SendResult of(OutgoingResponse response) {
    if (response.isSuccess()) {
      return new Accepted();
    }
    String reason = describe(response);
    if (response.status() == GONE) {
      return new TargetGone(reason);
    }
    return CONTENT_REFUSED.contains(response.status())
        ? new ItemRefused(reason)
        : new TryAgain(reason, response.retryAfter());
  }

  private static String describe(OutgoingResponse response) {
    if (response.isRedirect()) {
      return "Status %d: redirects aren't followed".formatted(response.status());
    }
    return response.start().isEmpty()
        ? "Status " + response.status()
        : "Status %d: %s".formatted(response.status(), response.start());
  }
}
