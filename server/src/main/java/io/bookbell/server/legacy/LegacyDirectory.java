package io.bookbell.server.legacy;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** What the translation of the replaced system's messages has to know of Bookbell's data. */
public interface LegacyDirectory {
  /** Finds the only creator whose admins include all of these users. */
  Optional<UserId> findCreatorOfAdmins(Transaction tx, Set<UserId> admins);

  /** Finds the creator whom a user supports, if there is only one. */
  Optional<UserId> findCreatorOfSupporter(Transaction tx, UserId user);

  /** Whether a user is a creator, or an active member of the creator's team. */
  boolean isAdmin(Transaction tx, UserId creator, UserId user);

  Optional<String> findName(Transaction tx, UserId user);

  /** Returns those of the ids that are requests here, but not the replaced system's. */
  Set<Long> findOwnRequests(Transaction tx, Collection<Long> ids);

  /** Returns those of the ids that are replies here, but not the replaced system's. */
  Set<Long> findOwnReplies(Transaction tx, Collection<Long> ids);
}
