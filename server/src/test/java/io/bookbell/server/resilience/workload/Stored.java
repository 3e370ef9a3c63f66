package io.bookbell.server.resilience.workload;

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
                tx.query("SELECT user_id, seq FROM inbox_head")
                    .map(row -> row.getUser("user_id"), row -> row.getLong("seq")))
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
    texts(tx, "SELECT title AS text FROM book_request").forEach(title -> count(effects, title));
    texts(tx, "SELECT body AS text FROM reply").forEach(body -> count(effects, body));
    texts(tx, "SELECT reason AS text FROM quota_ledger WHERE kind = 'grant'")
        .forEach(reason -> count(effects, reason));
    // an empty body: too old to be kept, as some of the demonstration
    texts(tx, "SELECT body AS text FROM message WHERE revision IS NOT NULL AND body <> ''")
        .forEach(body -> countMove(effects, json(body)));
    return effects;
  }

  private static List<String> texts(Transaction tx, String query) {
    return tx.query(query).list(row -> row.findString("text"));
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
