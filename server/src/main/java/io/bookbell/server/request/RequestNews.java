package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.outbox.OutboxStore.News;
import io.bookbell.server.request.RequestAnnouncer.StatusChange;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes news of requests to the outbox that aren't notifications: what a creator's webhooks get,
 * and withdrawals. Thread-safe.
 */
final class RequestNews {
  private final OutboxStore outboxStore;

  RequestNews(OutboxStore outboxStore) {
    this.outboxStore = outboxStore;
  }

  /** Adds the request, in the form in which messages carry it, for the creator's webhooks. */
  void addForWebhooks(Transaction tx, NewsEvent event, String action, BookRequest request) {
    String body = Json.writeAsString(Map.of("action", action, "book_request", request));
    var news = new News(event, request.creatorId(), request.id(), null, false, body);
    outboxStore.addForCreator(tx, news, request.creatorId());
  }

  void addStatusChange(Transaction tx, StatusChange statusChange, Set<UserId> admins) {
    boolean withdrawn = statusChange.after().status() == Status.CANCELLED;
    addForWebhooks(
        tx,
        withdrawn ? NewsEvent.REQUEST_WITHDRAWN : NewsEvent.REQUEST_ANSWERED,
        "status_changed",
        statusChange.after());
    if (withdrawn) {
      addWithdrawn(tx, statusChange, admins);
    }
  }

  private void addWithdrawn(Transaction tx, StatusChange statusChange, Set<UserId> admins) {
    BookRequest request = statusChange.after();
    String body =
        NewsBody.of(
            "request_withdrawn",
            Map.of(
                "title", request.title(),
                "supporter_id", request.userId(),
                "supporter_name", request.userName()));
    var others = new TreeSet<>(admins);
    others.remove(statusChange.actor());
    var news =
        new News(NewsEvent.REQUEST_WITHDRAWN, request.creatorId(), request.id(), null, true, body);
    outboxStore.addForUsers(tx, news, others);
  }
}
