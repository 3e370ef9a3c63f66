package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A counter outside of Bookbell's tables, from which another system takes requests, too. All
 * methods work in the caller's transaction and are called with the creator's row locked, except
 * {@link #findRemainingLater}.
 */
public interface SharedCounter {
  /** No such counter: everybody's requests are counted by Bookbell alone. */
  SharedCounter NONE =
      new SharedCounter() {
        @Override
        public ConsumeResult consume(Transaction tx, UserId creator, UserId user) {
          return ConsumeResult.NOT_COUNTED;
        }

        @Override
        public boolean refund(Transaction tx, UserId creator, UserId user) {
          return false;
        }

        @Override
        public Supplier<OptionalInt> findRemainingLater(
            Transaction tx, UserId creator, UserId user) {
          return OptionalInt::empty;
        }
      };

  /** What became of an attempt to take a request. */
  enum ConsumeResult {
    TAKEN,
    USED_UP,

    /** The other system doesn't know this supporter. */
    NOT_COUNTED
  }

  ConsumeResult consume(Transaction tx, UserId creator, UserId user);

  /** Gives a request back. Returns whether the counter was changed. */
  boolean refund(Transaction tx, UserId creator, UserId user);

  /** Reads how many requests are left; empty if the other system doesn't know this supporter. */
  Supplier<OptionalInt> findRemainingLater(Transaction tx, UserId creator, UserId user);
}
