package io.bookbell.server.web;

import io.bookbell.hub.UserId;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the bodies of all requests and the large answers under way may take together.
 * Nobody may take all of it: strangers share a quarter, and each user has a limit. Thread-safe; it
 * holds an entry for each owner with something under way, and none for others.
 */
final class BodyBudget {
  /** Whoever calls a route that needs no session. */
  static final Owner STRANGERS = new Owner.Strangers();

  private static final String BUDGET = "bookbell.budget";
  private static final String OWNER = "bookbell.owner";

  /** An answer up to this size waits in what the operating system and Netty keep anyway. */
  private static final int FREE_ANSWER = 1 << 16;

  private static final long LEAST_BYTES = 8L << 20;
  private static final long MOST_BYTES = 64L << 20;

  /** Of the heap, for all bodies; parsing them needs as much again. */
  private static final int PART_OF_HEAP = 16;

  private static final long MOST_FOR_ONE_USER = 4L << 20;

  private final long mostForAll;
  private final AtomicLong takenByAll = new AtomicLong();
  private final ConcurrentHashMap<Owner, Long> taken = new ConcurrentHashMap<>();

  BodyBudget(long mostForAll) {
    this.mostForAll = mostForAll;
  }

  /** As large as this process can afford. */
  static BodyBudget ofThisProcess() {
    long share = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    return new BodyBudget(Math.clamp(share, LEAST_BYTES, MOST_BYTES));
  }

  /** Whose memory a body is. */
  sealed interface Owner {
    record Strangers() implements Owner {}

    record User(UserId id) implements Owner {}
  }

  /**
   * Takes so many bytes for an owner, or none and answers false. An owner who has none yet gets
   * them, unless those of all are used up: whatever is larger than a share must be had as well.
   */
  boolean tryTake(Owner owner, int bytes) {
    if (takenByAll.addAndGet(bytes) > mostForAll || !tryTakeShare(owner, bytes)) {
      takenByAll.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  private boolean tryTakeShare(Owner owner, int bytes) {
    long most =
        switch (owner) {
          case Owner.Strangers _ -> mostForAll / 4;
          case Owner.User _ -> Math.min(MOST_FOR_ONE_USER, mostForAll / 4);
        };
    boolean[] fits = new boolean[1];
    taken.compute(
        owner,
        (_, before) -> {
          long already = before == null ? 0 : before;
          fits[0] = already == 0 || already + bytes <= most;
          return fits[0] ? Long.valueOf(already + bytes) : before;
        });
    return fits[0];
  }

  void releaseBytes(Owner owner, long bytes) {
    taken.computeIfPresent(owner, (_, before) -> before > bytes ? before - bytes : null);
    takenByAll.addAndGet(-bytes);
  }

  /** Says from which budget a request lives. */
  void attachTo(RoutingContext context) {
    context.put(BUDGET, this);
  }

  /** Says whose request it is. */
  static void setOwner(RoutingContext context, Owner owner) {
    context.put(OWNER, owner);
  }

  /**
   * Takes memory for an answer, which its reader may take long to read.
   *
   * @return gives it back; empty when there is none left
   */
  static Optional<Runnable> tryTakeForAnswer(RoutingContext context, int bytes) {
    BodyBudget budget = context.get(BUDGET);
    if (budget == null || bytes <= FREE_ANSWER) {
      return Optional.of(() -> {});
    }
    Owner owner = context.get(OWNER, STRANGERS);
    return budget.tryTake(owner, bytes)
        ? Optional.of(() -> budget.releaseBytes(owner, bytes))
        : Optional.empty();
  }
}
