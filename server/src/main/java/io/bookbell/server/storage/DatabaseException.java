package io.bookbell.server.storage;

/**
 * The database could not be opened, reached or migrated. The message tells the operator what to
 * check.
 */
public final class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }

  public DatabaseException(String message) {
    super(message);
  }
}
