package io.bookbell.server.resilience.workload;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.INBOX_HEAD;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static io.bookbell.server.storage.schema.Tables.QUOTA_LEDGER;
import static io.bookbell.server.storage.schema.Tables.REPLY;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.NumberedMessage;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A look at a database past the server. To be closed before the server is killed: while anybody has
 * a SQLite file open, nothing needs to be recovered. Thread-safe.
 */
public final class Stored implements AutoCloseable {
  private final InboxStore inboxStore = new InboxStore(_ -> {});
  private final OpenDatabase data;

  public Stored(StorageConfig storageConfig) {
    data = OpenDatabase.forConcurrentAccess(storageConfig);
  }

  public InvariantVerifier.VerificationReport verify() {
    return InvariantVerifier.verifyInvariants(data.database()).join();
  }

  /** The newest number of every inbox. */
  public Map<UserId, Long> heads() {
    return data.database()
        .read(
            tx ->
                tx.sql()
                    .select(INBOX_HEAD.USER_ID, INBOX_HEAD.SEQ)
                    .from(INBOX_HEAD)
                    .fetchMap(INBOX_HEAD.USER_ID, INBOX_HEAD.SEQ))
        .join();
  }

  /** A user's messages after a number, as a client gets them. */
  public List<JsonNode> inbox(UserId user, long after) {
    return data
        .database()
        .read(tx -> inboxStore.readAfter(tx, user, after, Integer.MAX_VALUE))
        .join()
        .stream()
        .map(Stored::asSent)
        .toList();
  }

  private static JsonNode asSent(NumberedMessage stored) {
    var message = (ObjectNode) json(new String(stored.message().json(), UTF_8));
    return message.set("seq", json(Long.toString(stored.seq())));
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  /** The effect of cancelling a request. */
  public static String cancellationOf(long request) {
    return "cancellation of " + request;
  }

  /**
   * How often each effect of a command is there: a title, a reply, a grant's reason, the word of a
   * decision, a cancellation.
   */
  public Map<String, Integer> effects() {
    return data.database().read(Stored::effects).join();
  }

  private static Map<String, Integer> effects(Transaction tx) {
    var effects = new HashMap<String, Integer>();
    var titles = tx.sql().select(BOOK_REQUEST.TITLE).from(BOOK_REQUEST).fetch();
    titles.forEach(row -> count(effects, row.value1()));
    var replies = tx.sql().select(REPLY.BODY).from(REPLY).fetch();
    replies.forEach(row -> count(effects, row.value1()));
    var grants =
        tx.sql()
            .select(QUOTA_LEDGER.REASON)
            .from(QUOTA_LEDGER)
            .where(QUOTA_LEDGER.KIND.eq("grant"))
            .fetch();
    grants.forEach(row -> count(effects, row.value1()));
    var changes =
        tx.sql()
            .select(MESSAGE.BODY)
            .from(MESSAGE)
            .where(MESSAGE.REVISION.isNotNull())
            .and(MESSAGE.BODY.ne("")) // too old to be kept, as some of the demonstration
            .fetch();
    changes.forEach(row -> countMove(effects, json(row.value1())));
    return effects;
  }

  private static void countMove(Map<String, Integer> effects, JsonNode message) {
    if (!message.get("action").asText().equals("status_changed")) {
      return;
    }
    JsonNode request = message.get("book_request");
    boolean cancelled = request.get("status").asText().equals("cancelled");
    count(
        effects,
        cancelled ? cancellationOf(request.get("id").asLong()) : request.path("response").asText());
  }

  private static void count(Map<String, Integer> effects, String effect) {
    effects.merge(effect, 1, Integer::sum);
  }

  @Override
  public void close() {
    data.close();
  }
}
