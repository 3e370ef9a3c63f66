package io.bookbell.server.transfer;

import org.jspecify.annotations.Nullable;

/** The data can't be imported or exported. The message is for the operator. */
public final class TransferException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean unavailable;

  TransferException(String message) {
    this(message, null, false);
  }

  TransferException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private TransferException(String message, @Nullable Throwable cause, boolean unavailable) {
    super(message, cause);
    this.unavailable = unavailable;
  }

  /** A database or file that can't be used now. */
  static TransferException unavailable(String message, Throwable cause) {
    return new TransferException(message, cause, true);
  }

  /** Whether a database or file can't be used, which may pass. */
  public boolean isUnavailable() {
    return unavailable;
  }
}
