package io.bookbell.server.storage;

import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Why a database can't do what it was asked to, for reasons unrelated to the command: the same
 * command works once the reason is gone.
 */
public enum StorageTrouble {
  FULL("The disk of the database is full"),
  READ_ONLY("The database is read-only"),
  FAILING("The disk of the database reports errors, or a limit on its files is reached"),
  OUT_OF_MEMORY("The database is out of memory"),
  UNREACHABLE("The database is not responding"),
  BUSY("The database is busy");

  /** What the pool says, without a state, about a connection that was lost before. */
  private static final String CLOSED = "Connection is closed";

  private final String description;

  StorageTrouble(String description) {
    this.description = description;
  }

  /** A description for the operator, without a full stop. */
  public String description() {
    return description;
  }

  /**
   * Whether the database may have ended the transaction by itself, so that the connection can't be
   * used any longer.
   */
  public boolean mayEndTransactions() {
    return this != BUSY;
  }

  /** Whether nothing can be written, although stored data can probably be read. */
  public boolean blocksWrites() {
    return this == FULL || this == FAILING || this == READ_ONLY;
  }

  /** The trouble that caused a failure; empty if the command itself caused it. */
  public static Optional<StorageTrouble> findIn(@Nullable Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      @Nullable StorageTrouble trouble = of(each);
      if (trouble != null) {
        return Optional.of(trouble);
      }
    }
    return Optional.empty();
  }

  private static @Nullable StorageTrouble of(Throwable failure) {
    return switch (failure) {
      case StorageException known -> known.trouble();
      case SQLiteException e -> ofSqlite(e.getErrorCode());
      case PoolInitializationException _ -> UNREACHABLE;
      case SQLTransientConnectionException e -> e.getCause() == null ? BUSY : UNREACHABLE;
      case SQLException e when CLOSED.equals(e.getMessage()) -> UNREACHABLE;
      case SQLException e -> ofState(e.getSQLState());
      default -> null;
    };
  }

  private static @Nullable StorageTrouble ofSqlite(int code) {
    if (code == SQLiteErrorCode.SQLITE_FULL.code) {
      return FULL;
    }
    if (code == SQLiteErrorCode.SQLITE_READONLY.code) {
      return READ_ONLY;
    }
    if (code == SQLiteErrorCode.SQLITE_NOMEM.code) {
      return OUT_OF_MEMORY;
    }
    if (code == SQLiteErrorCode.SQLITE_BUSY.code
        || code == SQLiteErrorCode.SQLITE_LOCKED.code
        || code == SQLiteErrorCode.SQLITE_PROTOCOL.code) {
      return BUSY;
    }
    boolean file =
        code == SQLiteErrorCode.SQLITE_IOERR.code
            || code == SQLiteErrorCode.SQLITE_INTERRUPT.code
            || code == SQLiteErrorCode.SQLITE_CANTOPEN.code
            || code == SQLiteErrorCode.SQLITE_CORRUPT.code
            || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    return file ? FAILING : null;
  }

  private static @Nullable StorageTrouble ofState(@Nullable String state) {
    if (state == null || state.length() != 5) {
      return null;
    }
    return switch (state) {
      case "53100" -> FULL;
      case "53200" -> OUT_OF_MEMORY;
      case "25006" -> READ_ONLY;
      // canceled, lock not available, transaction too long, conflicts after all retries
      case "57014", "55P03", "25P03", "25P04", "40001", "40P01" -> BUSY;
      default -> ofClass(state.substring(0, 2));
    };
  }

  private static @Nullable StorageTrouble ofClass(String stateClass) {
    return switch (stateClass) {
      case "08", "57" -> UNREACHABLE; // connection exception, operator intervention
      case "53" -> BUSY; // insufficient resources, such as connections
      case "58", "XX" -> FAILING; // system error, internal error: files that can't be written
      default -> null;
    };
  }
}
