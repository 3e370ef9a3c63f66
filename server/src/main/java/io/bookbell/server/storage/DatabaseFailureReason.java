package io.bookbell.server.storage;

import io.bookbell.server.config.SecretRedactor;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/** Turns database failures into one-line explanations for the operator. Stateless. */
public final class DatabaseFailureReason {
  private static final int SQLITE_TOOBIG = 18;
  private static final int SQLITE_CONSTRAINT = 19;
  private static final int SQLITE_MISMATCH = 20;

  private DatabaseFailureReason() {}

  /** The message of the database or its driver, followed by advice for known errors. */
  public static String of(Throwable failure) {
    String advice =
        switch (sqlFailure(failure)) {
          case null -> "";
          case SQLiteException sqlite -> adviceFor(sqlite);
          case SQLException sql -> adviceFor(sql);
        };
    return innermostMessage(failure) + advice;
  }

  /** Whether the data being written caused the failure, as opposed to the database. */
  public static boolean isDataError(RuntimeException failure) {
    return switch (sqlFailure(failure)) {
      case null -> true;
      case SQLiteException sqlite ->
          switch (sqlite.getResultCode().code & 0xff) {
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG -> true;
            default -> false;
          };
      case SQLException sql ->
          sql.getSQLState() != null
              && (sql.getSQLState().startsWith("22") || sql.getSQLState().startsWith("23"));
    };
  }

  /** The innermost exception's message, on one line and with passwords redacted. */
  public static String innermostMessage(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
      root = cause;
    }
    String message = root.getMessage();
    if (root instanceof UnknownHostException) {
      return "there is no host " + message;
    }
    return oneLine(message == null ? root.getClass().getSimpleName() : message);
  }

  public static String oneLine(String message) {
    return SecretRedactor.redactText(message).strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  /** The innermost SQL exception, preferring one that has an SQL state. */
  public static @Nullable SQLException sqlFailure(Throwable failure) {
    SQLException found = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && (found == null || sql.getSQLState() != null)) {
        found = sql;
      }
    }
    return found;
  }

  private static String adviceFor(SQLiteException failure) {
    return switch (failure.getResultCode()) {
      case SQLITE_FULL, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE ->
          ": make room on the disk of the data folder";
      case SQLITE_NOTADB, SQLITE_CORRUPT ->
          ": restore a backup into an empty folder (BOOKBELL_DATA names the folder)";
      case SQLITE_BUSY, SQLITE_LOCKED -> ": another program has locked the database";
      case SQLITE_READONLY, SQLITE_READONLY_DIRECTORY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          ": the user that runs Bookbell must be able to write the data folder and its files";
      default -> "";
    };
  }

  private static String adviceFor(SQLException failure) {
    String said = String.valueOf(failure.getMessage());
    if (said.contains("unsupported startup parameter")) {
      return ": a pooler such as PgBouncer refuses Bookbell's limits; connect to PostgreSQL itself, or"
          + " see “PgBouncer” in docs/operating.md";
    }
    if (said.contains("No native library found") || said.contains("native library")) {
      return ": SQLite's library could not be unpacked; BOOKBELL_JAVA_OPTS=-Dorg.sqlite.tmpdir=FOLDER"
          + " (in a container, JDK_JAVA_OPTIONS) names a folder that may hold programs";
    }
    String state = failure.getSQLState();
    return switch (state == null ? "" : state) {
      case "28P01", "28000" -> ": check BOOKBELL_DATABASE_USER and BOOKBELL_DATABASE_PASSWORD";
      case "3D000" -> ": create it, or name another in BOOKBELL_DATABASE_URL";
      case "08001", "08004", "08006" -> ": check BOOKBELL_DATABASE_URL, and that PostgreSQL runs";
      case "08P01" -> ": that may not be PostgreSQL; check host and port in BOOKBELL_DATABASE_URL";
      case "42501" -> ": the database's user must be allowed to create tables in it";
      case "53100" -> ": make room on PostgreSQL's disk";
      case "53300" -> ": raise PostgreSQL's max_connections, or let fewer nodes use it";
      default -> "";
    };
  }
}
