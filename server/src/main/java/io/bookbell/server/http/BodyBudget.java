package io.bookbell.server.http;

import io.bookbell.hub.UserId;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory of all request bodies and large responses in progress. No caller can take all
 * of it: anonymous callers share a quarter, and each user has a limit. Thread-safe; it keeps an
 * entry only for owners with something in progress.
 */
final class BodyBudget {
  /** All callers of routes that require no session. */
  static final Owner STRANGERS = new Owner.Strangers();

  private static final String BUDGET = "bookbell.budget";
  private static final String OWNER = "bookbell.owner";

  /**
   * Responses up to this size, in bytes, aren't counted: buffers of Netty and the operating system
   * hold them anyway.
   */
  private static final int FREE_ANSWER = 1 << 16;

  private static final long MIN_BYTES = 8L << 20;
  private static final long MAX_BYTES = 64L << 20;

  /**
   * All bodies together may take this fraction of the heap, 1/16; parsing them needs as much again.
   */
  private static final int PART_OF_HEAP = 16;

  private static final long MAX_PER_USER = 4L << 20;

  private final long mostForAll;
  private final AtomicLong takenByAll = new AtomicLong();
  private final ConcurrentHashMap<Owner, Long> taken = new ConcurrentHashMap<>();

  BodyBudget(long mostForAll) {
    this.mostForAll = mostForAll;
  }

  /** Creates a budget in proportion to the heap of this process. */
  static BodyBudget ofThisProcess() {
    long share = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    return new BodyBudget(Math.clamp(share, MIN_BYTES, MAX_BYTES));
  }

  /** The owner of a body's memory. */
  sealed interface Owner {
    record Strangers() implements Owner {}

    record User(UserId id) implements Owner {}
  }

  /**
   * Takes memory for an owner, in bytes, or returns false. An owner with none in use may exceed the
   * share of one owner, though not the total; otherwise a body larger than that share could never
   * be read.
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
          case Owner.User _ -> Math.min(MAX_PER_USER, mostForAll / 4);
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

  /** Sets the budget of a request. */
  void attachTo(RoutingContext context) {
    context.put(BUDGET, this);
  }

  /** Sets the owner of a request. */
  static void setOwner(RoutingContext context, Owner owner) {
    context.put(OWNER, owner);
  }

  /**
   * Takes memory for a response, which a client may take long to read.
   *
   * @return releases the memory; empty if none is left
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
