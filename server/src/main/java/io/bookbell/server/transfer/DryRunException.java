package io.bookbell.server.transfer;

/** Rolls back the transaction of a dry run. */
final class DryRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DryRunException() {
    super("a dry run was rolled back", null, false, false);
  }
}
