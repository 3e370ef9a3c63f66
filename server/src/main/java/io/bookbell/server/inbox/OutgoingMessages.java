package io.bookbell.server.inbox;

import io.bookbell.hub.UserId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one transaction and who is to have each. Features add to it; {@link
 * InboxStore#append} takes it once it is complete. Confined to the transaction's thread.
 */
public final class OutgoingMessages {
  private final List<OutgoingMessage> entries = new ArrayList<>();
  private final Set<UserId> losingAccess = new HashSet<>();

  /** Adds a message. A user who is named twice gets it once; an empty audience adds nothing. */
  public void add(MessageType type, Map<String, ?> fields, Collection<UserId> audience) {
    add(new OutgoingMessage(type, fields, new TreeSet<>(audience), null));
  }

  /**
   * Adds the message that tells of one revision of a book request; each revision has exactly one.
   */
  public void addRevision(
      Map<String, ?> fields, Collection<UserId> audience, long requestId, int revision) {
    add(
        new OutgoingMessage(
            MessageType.BOOK_REQUEST_UPDATE,
            fields,
            new TreeSet<>(audience),
            new MessageRevision(requestId, revision)));
  }

  /**
   * Closes what the user has received so far to replay: their history starts anew with the {@code
   * access_changed} of this change, which must be added too.
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

  record OutgoingMessage(
      MessageType type,
      Map<String, ?> fields,
      SortedSet<UserId> audience,
      @Nullable MessageRevision revision) {}

  record MessageRevision(long requestId, int number) {}
}
