package io.bookbell.server.storage.sql;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A statement or a transaction failed in the database. */
public final class DataAccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataAccessException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether there is another row with the same unique key already. PostgreSQL only. */
  public boolean isDuplicateKey() {
    return sqlState().equals("23505");
  }

  /** The state that the database gave as the reason; empty if it gave none. */
  public String sqlState() {
    for (@Nullable Throwable each = getCause(); each != null; each = each.getCause()) {
      if (each instanceof SQLException e && e.getSQLState() != null) {
        return e.getSQLState();
      }
    }
    return "";
  }
}
