package io.bookbell.server.outbox;

import io.bookbell.hub.UserId;
import io.bookbell.server.outbox.OutboxQueue.ServiceOutage;
import io.bookbell.server.outbox.OutboxStore.News;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores which services are out of order that many targets depend on, such as the mail server, so
 * that all nodes pause together and operators can see it. Logs each change. Thread-safe and
 * stateless.
 */
public final class NewsServiceStore {
  private static final Logger log = LoggerFactory.getLogger(NewsServiceStore.class);

  /** After about a minute. Short interruptions don't concern anybody. */
  private static final int FAILURES_BEFORE_NOTICE = 4;

  private final OutboxStore outboxStore = new OutboxStore();

  /** A service that is out of order. */
  public record BrokenService(
      NewsKind kind, int failures, Instant failingSince, Instant retryAt, String error) {}

  /** Returns the services that are out of order. */
  public List<BrokenService> findBroken(Transaction tx) {
    return tx.query(
            """
            SELECT kind, failures, failing_since, retry_at, error
            FROM news_service
            ORDER BY kind""")
        .list(
            row ->
                new BrokenService(
                    NewsKind.of(row.getString("kind")),
                    row.getInt("failures"),
                    row.getTime("failing_since"),
                    row.getTime("retry_at"),
                    row.getString("error")));
  }

  /** Returns the kinds that may not be tried yet. */
  Set<NewsKind> findPaused(Transaction tx) {
    return tx.query("SELECT kind FROM news_service WHERE retry_at > ?", tx.now())
        .set(row -> NewsKind.of(row.getString("kind")));
  }

  /** Returns the kinds whose service is out of order. */
  Set<NewsKind> findBrokenKinds(Transaction tx) {
    return tx.query("SELECT kind FROM news_service").set(row -> NewsKind.of(row.getString("kind")));
  }

  /**
   * Records that a service has failed. Attempts that were made at the same time count once, however
   * long each took.
   *
   * @param begun when the attempt began
   * @return the outage, with the time at which it is tried again
   */
  ServiceOutage recordFailure(Transaction tx, NewsKind kind, String error, Instant begun) {
    Instant now = tx.now();
    int added =
        tx.update(
            """
            INSERT INTO news_service (kind, failures, failing_since, retry_at, error)
            VALUES (?, 0, ?, ?, ?)
            ON CONFLICT (kind) DO NOTHING""",
            kind.wireName(),
            now,
            now,
            error);
    if (added > 0) {
      tx.afterCommit(
          () ->
              log.warn(
                  "News of the kind {} cannot be sent: {}. Trying again", kind.wireName(), error));
    }
    tx.lockRows("SELECT kind FROM news_service WHERE kind = ? FOR NO KEY UPDATE", kind.wireName());
    BrokenService broken =
        findBroken(tx).stream().filter(each -> each.kind == kind).findFirst().orElseThrow();
    if (broken.failures > 0 && broken.retryAt.isAfter(begun)) {
      return new ServiceOutage(broken.failingSince, broken.retryAt, error);
    }
    if (broken.failures + 1 == FAILURES_BEFORE_NOTICE) {
      tellOperators(tx, kind, error);
    }
    Instant retryAt = now.plus(RetrySchedule.servicePause(broken.failures + 1));
    tx.update(
        "UPDATE news_service SET failures = failures + 1, retry_at = ?, error = ? WHERE kind = ?",
        retryAt,
        error,
        kind.wireName());
    return new ServiceOutage(broken.failingSince, retryAt, error);
  }

  private void tellOperators(Transaction tx, NewsKind kind, String error) {
    List<UserId> operators =
        tx.query("SELECT id FROM app_user WHERE operator = TRUE").list(row -> row.getUser("id"));
    String body = NewsBody.of(kind.wireName() + "_broken", Map.of("title", error));
    var news = new News(NewsEvent.NOTICE, null, null, null, false, body);
    outboxStore.addForUsers(tx, news, operators);
  }

  /** Records that a service works. Returns whether it was out of order. */
  boolean recordSuccess(Transaction tx, NewsKind kind) {
    boolean wasBroken = tx.update("DELETE FROM news_service WHERE kind = ?", kind.wireName()) > 0;
    if (wasBroken) {
      tx.afterCommit(() -> log.info("News of the kind {} can be sent again", kind.wireName()));
    }
    return wasBroken;
  }
}
