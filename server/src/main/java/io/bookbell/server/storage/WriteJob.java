package io.bookbell.server.storage;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work that is to be written, and the answer to it. One thread at a time runs and ends it; it may
 * be run again, and what counts is the last time.
 */
final class WriteJob<T> {
  final CompletableFuture<T> answer = new CompletableFuture<>();
  private final Function<Transaction, T> work;

  /** Whether it goes on when the disk is full, as long as there is some reserve. */
  final boolean mayUseReserve;

  private @Nullable Transaction transaction;
  private @Nullable T result;
  private @Nullable Throwable failure;

  WriteJob(Function<Transaction, T> work) {
    this(work, false);
  }

  WriteJob(Function<Transaction, T> work, boolean mayUseReserve) {
    this.work = work;
    this.mayUseReserve = mayUseReserve;
  }

  /** Whether its caller has been answered already, so that nothing may be stored any more. */
  boolean isAnswered() {
    return answer.isDone();
  }

  /** Whether the work succeeded; what it threw is kept for the answer. */
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
   * As {@link #run}, and what the work has left for the end: it shares its transaction with none.
   */
  boolean runAlone(Transaction transaction) {
    return run(transaction, alone -> Transaction.runLastSteps(List.of(alone)));
  }

  /** What the work threw. */
  @Nullable Throwable workFailure() {
    return failure;
  }

  /** Answers with what came out, after the commit. */
  @SuppressWarnings("NullAway") // a work may return null: T is then a nullable type of its caller
  void completeAnswer() {
    if (failure != null) {
      failAnswer(failure);
      return;
    }
    if (transaction != null) {
      transaction.runAfterCommit();
    }
    answer.complete(result);
  }

  /** Answers that nothing of it was done, or that nobody knows. */
  void failAnswer(Throwable cause) {
    answer.completeExceptionally(StorageException.translateFailure(cause));
  }

  void refuseClosing() {
    failAnswer(closingFailure());
  }

  static RejectedExecutionException closingFailure() {
    return new RejectedExecutionException("The database is closing");
  }
}
