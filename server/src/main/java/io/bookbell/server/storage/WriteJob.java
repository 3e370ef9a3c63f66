package io.bookbell.server.storage;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work to run in a write transaction, and its future. One thread at a time runs and completes it.
 * It may run several times; only the last run counts.
 */
public final class WriteJob<T> {
  public final CompletableFuture<T> answer = new CompletableFuture<>();
  private final Function<Transaction, T> work;

  /** Whether it may continue on a full disk by using the reserve. */
  public final boolean mayUseReserve;

  private @Nullable Transaction transaction;
  private @Nullable T result;
  private @Nullable Throwable failure;

  public WriteJob(Function<Transaction, T> work) {
    this(work, false);
  }

  public WriteJob(Function<Transaction, T> work, boolean mayUseReserve) {
    this.work = work;
    this.mayUseReserve = mayUseReserve;
  }

  /** Whether the future is already completed, so that nothing may be stored any more. */
  public boolean isAnswered() {
    return answer.isDone();
  }

  /** Runs the work. Returns whether it succeeded; a failure is kept for the future. */
  boolean run(Transaction transaction) {
    return run(transaction, Transaction::flushStatements);
  }

  private boolean run(Transaction transaction, Consumer<Transaction> end) {
    this.transaction = transaction;
    try {
      result = work.apply(transaction);
      end.accept(transaction);
      failure = null;
      return true;
    } catch (RuntimeException | Error e) {
      failure = e;
      return false;
    }
  }

  /**
   * Like {@link #run}, and also runs the last steps, for a job that doesn't share its transaction.
   */
  public boolean runAlone(Transaction transaction) {
    return run(transaction, alone -> Transaction.runLastSteps(List.of(alone)));
  }

  /** The exception that the work threw. */
  @Nullable
  public Throwable workFailure() {
    return failure;
  }

  /** Completes the future with the result or the failure, after the commit. */
  @SuppressWarnings("NullAway") // a work may return null; T is then nullable for its caller
  public void completeAnswer() {
    if (failure != null) {
      failAnswer(failure);
      return;
    }
    if (transaction != null) {
      transaction.runAfterCommit();
    }
    answer.complete(result);
  }

  /** Fails the future because the work wasn't stored, or because it is unknown whether it was. */
  public void failAnswer(Throwable cause) {
    answer.completeExceptionally(StorageException.translateFailure(cause));
  }

  public void refuseClosing() {
    failAnswer(closingFailure());
  }

  public static RejectedExecutionException closingFailure() {
    return new RejectedExecutionException("The database is closing");
  }
}
