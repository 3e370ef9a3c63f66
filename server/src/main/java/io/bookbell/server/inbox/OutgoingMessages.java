package io.bookbell.server.inbox;

import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.InboxStore.RequestRevision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one transaction with their audiences. Features add messages; {@link
 * InboxStore#append} takes the complete change. Confined to the transaction's thread.
 */
public final class OutgoingMessages {
  private final List<OutgoingMessage> entries = new ArrayList<>();
  private final Set<UserId> losingAccess = new HashSet<>();

  /**
   * Adds a message. Each user gets it once, even if listed twice; with an empty audience nothing is
   * added.
   */
  public void add(MessageType type, Map<String, ?> fields, Collection<UserId> audience) {
    add(new OutgoingMessage(type, type.wireName(), fields, new TreeSet<>(audience), null));
  }

  /**
   * Adds the message that a user's role with a creator has changed.
   *
   * @param role what the user is now: {@code admin}, {@code supporter} or {@code none}
   */
  public void addAccessChange(UserId creator, UserId user, String role) {
    add(MessageType.ACCESS_CHANGED, Map.of("creator_id", creator, "role", role), List.of(user));
  }

  /**
   * Adds the message that announces a revision of a book request. Each revision has exactly one.
   */
  public void addRevision(
      Map<String, ?> fields, Collection<UserId> audience, long requestId, int revision) {
    add(
        new OutgoingMessage(
            MessageType.BOOK_REQUEST_UPDATE,
            MessageType.BOOK_REQUEST_UPDATE.wireName(),
            fields,
            new TreeSet<>(audience),
            new RequestRevision(requestId, revision)));
  }

  /**
   * Adds a message of another application.
   *
   * @param fields the message's fields other than {@code type}, {@code channel} and {@code seq}
   */
  public void addFromApplication(
      String channel, String type, Map<String, ?> fields, Collection<UserId> audience) {
    var all = new LinkedHashMap<String, Object>();
    all.put("channel", channel);
    all.putAll(fields);
    add(new OutgoingMessage(MessageType.APPLICATION, type, all, new TreeSet<>(audience), null));
  }

  /**
   * Prevents everything the user has received so far from being replayed. Their history then starts
   * with this change's {@code access_changed}, which must be added, too.
   */
  public void revokeAccess(UserId user) {
    losingAccess.add(user);
  }

  private void add(OutgoingMessage outgoingMessage) {
    if (!outgoingMessage.audience.isEmpty()) {
      entries.add(outgoingMessage);
    }
  }

  List<OutgoingMessage> orderedMessages() {
    return entries.stream().sorted(Comparator.comparing(OutgoingMessage::type)).toList();
  }

  SortedSet<UserId> allRecipients() {
    var users = new TreeSet<UserId>();
    entries.forEach(outgoingMessage -> users.addAll(outgoingMessage.audience));
    return users;
  }

  boolean revokesAccessOf(UserId user) {
    return losingAccess.contains(user);
  }

  /**
   * A message with its audience.
   *
   * @param typeName the value of the message's {@code type} field
   */
  record OutgoingMessage(
      MessageType type,
      String typeName,
      Map<String, ?> fields,
      SortedSet<UserId> audience,
      @Nullable RequestRevision revision) {}
}
