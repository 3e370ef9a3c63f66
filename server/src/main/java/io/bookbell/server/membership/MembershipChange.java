package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Optional;

/** Changes memberships for the sources. The creator's row is locked. Thread-safe. */
public interface MembershipChange {
  /** Returns the tier of a supporter; empty if the user isn't one. */
  Optional<Long> findTier(Transaction tx, UserId creator, UserId user);

  /** Returns the tier that allows the most among those that exist. */
  Optional<Long> findBest(Transaction tx, UserId creator, Collection<Long> tiers);

  /**
   * Moves a supporter to a tier, or makes the user a supporter.
   *
   * @throws Problem if the user may not become one; nothing has been changed then
   */
  void giveTier(Transaction tx, UserId creator, UserId user, long tier, String source);

  /** Ends a supporter's membership; open requests are withdrawn. */
  void endMembership(Transaction tx, UserId creator, UserId user, String source);
}
