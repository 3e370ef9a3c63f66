package io.bookbell.server.storage;

import static java.util.Objects.requireNonNull;

import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.ReservedIds;
import io.bookbell.server.storage.sql.SqlSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands of one owner that read together, decide one after another, and write together. Confined
 * to the session's thread.
 *
 * <p>Commands see each other's changes only in the owner's row. A command is postponed if it claims
 * what an earlier one has claimed, or belongs to another owner than the first one. Claims of
 * earlier commands go before those of later ones, even if the later one was prepared before the
 * earlier one made its claim. So the first command is never postponed.
 */
final class CommandGroup {
  private final SqlSession session;
  private final TimeSource time;
  private final ReservedIds reservedIds;
  private final Map<Object, WriteJob<?>> claims = new HashMap<>();
  private final Map<Object, Supplier<? extends Optional<?>>> lockedRows = new HashMap<>();
  private Map<Object, Object> changedRows = new HashMap<>();
  private @Nullable Supplier<Instant> clock;
  private List<WriteJob<?>> order = List.of();
  private final Set<WriteJob<?>> overtaken = new HashSet<>();
  private @Nullable WriteJob<?> current;

  /** The owner of the first command. */
  private @Nullable Object owner;

  CommandGroup(SqlSession session, TimeSource time) {
    this.session = session;
    this.time = time;
    this.reservedIds = new ReservedIds(session);
  }

  /** Which jobs have succeeded, and which have to run later, in their order. */
  record GroupOutcome(List<WriteJob<?>> succeeded, List<WriteJob<?>> postponed) {}

  /**
   * Runs the jobs. A refused job leaves nothing behind, except that ids may remain unused.
   *
   * @throws RuntimeException if a statement failed, if something of a refused job was already sent,
   *     or if a job has no owner; the transaction must be rolled back
   */
  GroupOutcome run(List<WriteJob<?>> jobs) {
    order = jobs;
    var prepared = new ArrayList<WriteJob<?>>();
    var outcome = new GroupOutcome(new ArrayList<>(), new ArrayList<>());
    for (WriteJob<?> job : jobs) {
      if (owner != null && job.owner() != null && !owner.equals(job.owner())) {
        outcome.postponed.add(job);
        continue;
      }
      begin(job);
      if (job.prepare(new Transaction(session, time, this))) {
        if (job.owner() == null) {
          throw new CannotGroupException("A command has locked no owner's row");
        }
        prepared.add(job);
      } else {
        requireIntact(job);
        keepIfPostponed(job, outcome);
      }
    }
    for (WriteJob<?> job : prepared) {
      if (overtaken.contains(job)) {
        outcome.postponed.add(job);
      } else {
        decide(job, outcome);
      }
    }
    session.endCommands();
    outcome.postponed.sort(Comparator.comparingInt(jobs::indexOf));
    return outcome;
  }

  private void begin(WriteJob<?> job) {
    current = job;
    session.beginCommand();
  }

  private void decide(WriteJob<?> job, GroupOutcome outcome) {
    begin(job);
    var rowsBefore = new HashMap<>(changedRows);
    boolean succeeded = job.decide();
    requireIntact(job);
    if (succeeded) {
      outcome.succeeded.add(job);
      return;
    }
    changedRows = rowsBefore;
    if (!session.removeCommand()) {
      throw new CannotGroupException("A refused command had already written something");
    }
    keepIfPostponed(job, outcome);
  }

  /** Throws the failure of a job if a statement has failed, which concerns all jobs. */
  private void requireIntact(WriteJob<?> job) {
    JobBatch.requireTransactionIntact(job);
    if (session.hasFailed()) {
      if (job.workFailure() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("A statement failed", job.workFailure());
    }
  }

  private static void keepIfPostponed(WriteJob<?> job, GroupOutcome outcome) {
    if (job.workFailure() instanceof PostponedError) {
      outcome.postponed.add(job);
    }
  }

  ReservedIds reservedIds() {
    return reservedIds;
  }

  /** The time of all commands. */
  Supplier<Instant> clock() {
    if (clock == null) {
      clock = time.read(session);
    }
    return clock;
  }

  void claim(Object what) {
    WriteJob<?> job = requireNonNull(current);
    WriteJob<?> holder = claims.getOrDefault(what, job);
    int ahead = order.indexOf(job) - order.indexOf(holder);
    if (ahead > 0) {
      throw new PostponedError();
    }
    if (ahead < 0) {
      overtaken.add(holder); // it has only prepared
    }
    claims.put(what, job);
  }

  @SuppressWarnings("unchecked") // all commands lock the same row with the same statement
  <T> Supplier<Optional<T>> ownerRow(Object owner, Supplier<PendingResult<List<T>>> query) {
    requireOwner(requireNonNull(current), owner);
    var locked =
        (Supplier<Optional<T>>)
            lockedRows.computeIfAbsent(
                owner,
                _ -> {
                  PendingResult<List<T>> rows = query.get();
                  return () -> rows.get().stream().findFirst();
                });
    return () -> {
      T changed = (T) changedRows.get(owner);
      return changed == null ? locked.get() : Optional.of(changed);
    };
  }

  /** Further owners' rows that a command locks are only locked. */
  private void requireOwner(WriteJob<?> job, Object locked) {
    Object first = job.owner() == null ? locked : job.owner();
    job.setOwner(first);
    if (owner == null) {
      owner = first;
    }
    if (!first.equals(owner)) {
      throw new PostponedError();
    }
  }

  void replaceOwnerRow(Object owner, Object row) {
    changedRows.put(owner, row);
  }

  /** Ends a command that has to run later; it isn't a failure. */
  private static final class PostponedError extends Error {
    private static final long serialVersionUID = 1L;

    PostponedError() {
      super(
          "Postponed: another command claimed the same, or has another owner", null, false, false);
    }
  }

  /** The transaction has to be rolled back, and its jobs run again one by one. */
  static final class CannotGroupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotGroupException(String message) {
      super(message, null, false, false);
    }
  }
}
