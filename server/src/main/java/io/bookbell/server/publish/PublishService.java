package io.bookbell.server.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Batches;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Sends messages of other applications: durable ones through the inboxes of their recipients, the
 * others only to those who are connected. Thread-safe and stateless; works in the caller's
 * transaction.
 */
public final class PublishService {
  /** Databases limit the number of parameters in a statement. */
  private static final int USERS_AT_ONCE = 8_192;

  private final InboxStore inboxStore;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * Creates the service.
   *
   * @param broadcast sends an unnumbered message to those of the users who are connected
   */
  public PublishService(InboxStore inboxStore, BiConsumer<Message, Set<UserId>> broadcast) {
    this.inboxStore = inboxStore;
    this.broadcast = broadcast;
  }

  /**
   * A message to publish.
   *
   * @param channel the application's channel
   * @param type what the application calls this kind of message
   * @param fields the message's other fields
   * @param isDurable whether it is numbered, stored and replayed
   */
  public record Publication(
      String channel,
      String type,
      Set<UserId> targets,
      Map<String, JsonNode> fields,
      boolean isDurable) {
    public Publication {
      targets = Set.copyOf(targets);
    }
  }

  /**
   * How many of the targets have an account.
   *
   * @param unknown those who have none, or whose account was removed
   */
  public record PublishOutcome(int accepted, int unknown) {}

  /** Publishes a message to those targets who have an account. */
  public PublishOutcome publish(Transaction tx, Publication publication) {
    Set<UserId> recipients = findAccounts(tx, publication.targets);
    if (publication.isDurable) {
      var outgoingMessages = new OutgoingMessages();
      outgoingMessages.addFromApplication(
          publication.channel, publication.type, publication.fields, recipients);
      inboxStore.append(tx, outgoingMessages);
    } else if (!recipients.isEmpty()) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("type", publication.type);
      fields.put("channel", publication.channel);
      fields.putAll(publication.fields);
      Message message = Message.of(Json.writeAsBytes(fields));
      tx.afterCommit(() -> broadcast.accept(message, recipients));
    }
    return new PublishOutcome(recipients.size(), publication.targets.size() - recipients.size());
  }

  private static Set<UserId> findAccounts(Transaction tx, Collection<UserId> users) {
    var found = new HashSet<UserId>();
    for (List<UserId> some : Batches.split(users, USERS_AT_ONCE)) {
      found.addAll(
          tx.query("SELECT id FROM app_user WHERE id IN (?) AND removed_at IS NULL", some)
              .set(row -> row.getUser("id")));
    }
    return found;
  }
}
