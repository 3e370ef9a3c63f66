package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.REQUEST_FOLLOWER;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.selectCount;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Set;
import org.jooq.Field;

/** Stores who follows which request. Thread-safe and stateless. */
public final class FollowerStore {
  /** The number of followers of a row's request. */
  public static final Field<Integer> COUNT =
      field(
              selectCount()
                  .from(REQUEST_FOLLOWER)
                  .where(REQUEST_FOLLOWER.REQUEST_ID.eq(BOOK_REQUEST.ID)))
          .as("followers");

  /**
   * Adds a supporter of the creator as a follower.
   *
   * @return false if they already are one
   */
  public boolean insertFollower(Transaction tx, BookRequest request, UserId user) {
    return tx.sql()
            .insertInto(REQUEST_FOLLOWER)
            .set(REQUEST_FOLLOWER.REQUEST_ID, request.id())
            .set(REQUEST_FOLLOWER.USER_ID, user)
            .set(REQUEST_FOLLOWER.CREATOR_ID, request.creatorId())
            .set(REQUEST_FOLLOWER.CREATED_AT, tx.now())
            .onConflictDoNothing()
            .execute()
        == 1;
  }

  /**
   * Removes a follower.
   *
   * @return false if the user wasn't one
   */
  public boolean deleteFollower(Transaction tx, long request, UserId user) {
    return tx.sql()
            .deleteFrom(REQUEST_FOLLOWER)
            .where(REQUEST_FOLLOWER.REQUEST_ID.eq(request))
            .and(REQUEST_FOLLOWER.USER_ID.eq(user))
            .execute()
        == 1;
  }

  /** Returns the number of requests a user follows. */
  public int countByUser(Transaction tx, UserId user) {
    return tx.sql().fetchCount(REQUEST_FOLLOWER, REQUEST_FOLLOWER.USER_ID.eq(user));
  }

  Set<UserId> findFollowers(Transaction tx, long request) {
    return tx.sql()
        .select(REQUEST_FOLLOWER.USER_ID)
        .from(REQUEST_FOLLOWER)
        .where(REQUEST_FOLLOWER.REQUEST_ID.eq(request))
        .fetchSet(REQUEST_FOLLOWER.USER_ID);
  }

  /** Returns those of the given requests that a user follows. */
  public Set<Long> findFollowed(Transaction tx, UserId user, Collection<Long> requests) {
    if (requests.isEmpty()) {
      return Set.of();
    }
    return tx.sql()
        .select(REQUEST_FOLLOWER.REQUEST_ID)
        .from(REQUEST_FOLLOWER)
        .where(REQUEST_FOLLOWER.USER_ID.eq(user))
        .and(REQUEST_FOLLOWER.REQUEST_ID.in(requests))
        .fetchSet(REQUEST_FOLLOWER.REQUEST_ID);
  }
}
