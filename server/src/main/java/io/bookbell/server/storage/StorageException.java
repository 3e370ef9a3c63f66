package io.bookbell.server.storage;

import java.util.concurrent.CompletionException;

/** A transaction failed because the database is in trouble. None of its changes are stored. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final StorageTrouble trouble;

  public StorageException(StorageTrouble trouble, Throwable cause) {
    super(trouble.description() + ": " + DatabaseFailureReason.innermostMessage(cause), cause);
    this.trouble = trouble;
  }

  public StorageException(StorageTrouble trouble, String reason) {
    super(trouble.description() + ": " + reason);
    this.trouble = trouble;
  }

  /**
   * The failure as the caller should see it: wrapped in a StorageException if the database caused
   * it.
   */
  public static Throwable translateFailure(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof StorageException
        ? cause
        : StorageTrouble.findIn(cause)
            .<Throwable>map(trouble -> new StorageException(trouble, cause))
            .orElse(cause);
  }

  public StorageTrouble trouble() {
    return trouble;
  }
}
