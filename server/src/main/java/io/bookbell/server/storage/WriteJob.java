package io.bookbell.server.storage;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work to run in a write transaction, and its future. One thread at a time runs and completes it.
 * It may run several times; only the last run counts.
 */
public final class WriteJob<T> {
  public final CompletableFuture<T> future = new CompletableFuture<>();
  private final WriteCommand<T> command;

  /** Whether it may continue on a full disk by using the reserve. */
  public final boolean mayUseReserve;

  /** Whether it may be decided together with others. */
  public final boolean isGroupable;

  private @Nullable Object owner;
  private @Nullable Transaction transaction;
  private @Nullable Supplier<T> decision;
  private @Nullable T result;
  private @Nullable Throwable failure;

  /** A job that is decided alone. */
  public WriteJob(Function<Transaction, T> work, boolean mayUseReserve) {
    this.command = tx -> () -> work.apply(tx);
    this.mayUseReserve = mayUseReserve;
    this.isGroupable = false;
  }

  public WriteJob(Function<Transaction, T> work) {
    this(work, false);
  }

  /** A job that may be decided together with others. */
  public WriteJob(WriteCommand<T> command) {
    this.command = command;
    this.mayUseReserve = false;
    this.isGroupable = true;
  }

  /** Whether the future is already completed, so that nothing may be stored any more. */
  public boolean isCompleted() {
    return future.isDone();
  }

  /** Runs the command. Returns whether it succeeded; a failure is kept for the future. */
  boolean run(Transaction transaction) {
    return prepare(transaction) && decide(Transaction::flushStatements);
  }

  /** Runs the command's first step. Returns whether it succeeded. */
  boolean prepare(Transaction transaction) {
    this.transaction = transaction;
    try {
      decision = command.prepare(transaction);
      failure = null;
      return true;
    } catch (RuntimeException | Error e) {
      failure = e;
      return false;
    }
  }

  /** Runs the command's second step. Returns whether it succeeded. */
  boolean decide() {
    return decide(_ -> {});
  }

  private boolean decide(Consumer<Transaction> end) {
    try {
      result = requireNonNull(decision).get();
      end.accept(requireNonNull(transaction));
      failure = null;
      return true;
    } catch (RuntimeException | Error e) {
      failure = e;
      return false;
    }
  }

  /** The owner whose row it locks first; null if it isn't known yet. */
  @Nullable Object owner() {
    return owner;
  }

  void setOwner(Object locked) {
    owner = locked;
  }

  Transaction transaction() {
    return requireNonNull(transaction);
  }

  /**
   * Runs the command and its last steps, for a job that doesn't share its transaction. Its last
   * statements may still wait for the commit.
   */
  public boolean runAlone(Transaction transaction) {
    return prepare(transaction)
        && decide(alone -> Transaction.runBeforeCommitSteps(List.of(alone)));
  }

  /** Like {@link #runAlone}, and runs all of its statements. */
  public boolean runAloneToEnd(Transaction transaction) {
    return prepare(transaction)
        && decide(
            alone -> {
              Transaction.runBeforeCommitSteps(List.of(alone));
              alone.flushStatements();
            });
  }

  /** The exception that the work threw. */
  @Nullable
  public Throwable workFailure() {
    return failure;
  }

  /** Completes the future with the result or the failure, after the commit. */
  @SuppressWarnings("NullAway") // a work may return null; T is then nullable for its caller
  public void complete() {
    if (failure != null) {
      fail(failure);
      return;
    }
    if (transaction != null) {
      transaction.runAfterCommit();
    }
    future.complete(result);
  }

  /** Fails the future because the work wasn't stored, or because it is unknown whether it was. */
  public void fail(Throwable cause) {
    future.completeExceptionally(StorageException.translateFailure(cause));
  }

  public void refuseClosing() {
    fail(closingFailure());
  }

  public static RejectedExecutionException closingFailure() {
    return new RejectedExecutionException("The database is closing");
  }
}
