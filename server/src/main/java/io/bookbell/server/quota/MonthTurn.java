package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.DeskUpdates;
import io.bookbell.server.inbox.Change;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;

/**
 * Brings supporters into a month that has begun and tells them, and the team, their new quotas. It
 * runs in small transactions, so that a creator with many thousands of supporters holds nobody up;
 * the stored rows say who is still to come. Thread-safe: it keeps nothing between calls.
 */
public final class MonthTurn {
  private static final int SUPPORTERS_PER_STEP = 100;

  private final Memberships memberships = new Memberships();
  private final Creators creators;
  private final DeskUpdates desks;
  private final Inbox inbox;

  public MonthTurn(Creators creators, DeskUpdates desks, Inbox inbox) {
    this.creators = creators;
    this.desks = desks;
    this.inbox = inbox;
  }

  /**
   * Brings some supporters of one creator into the current month.
   *
   * @return whether there may be more
   */
  public boolean step(Transaction tx) {
    String month = Period.MONTH.keyAt(tx.now());
    Optional<UserId> creator = memberships.creatorInPastMonth(tx, month);
    creator.ifPresent(id -> turn(tx, id, month));
    return creator.isPresent();
  }

  private void turn(Transaction tx, UserId creator, String month) {
    creators.lock(tx, creator); // another node may be at it: what is left is read under the lock
    var change = new Change();
    for (UserId user : memberships.inPastMonth(tx, creator, month, SUPPORTERS_PER_STEP)) {
      Quotas.announce(memberships.lock(tx, creator, user).orElseThrow(), change);
    }
    inbox.append(tx, change);
    desks.announce(tx, creator, "quotas_reset");
  }
}
