package io.bookbell.server;

import static java.util.Objects.requireNonNull;

import io.bookbell.server.backup.Backup.BackupException;
import io.bookbell.server.backup.Restore.RestoreException;
import io.bookbell.server.config.ConfigException;
import io.bookbell.server.config.FileFailure;
import io.bookbell.server.config.Redaction;
import io.bookbell.server.log.LogSettings;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.FailureReason;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.web.Failures;
import io.bookbell.server.web.WebServer.WebServerException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import org.jooq.exception.DataAccessException;

/** A command cannot do what it was told. The message is for the operator. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String DEBUG = "BOOKBELL_LOG=debug";

  CommandFailure(String message) {
    super(message);
  }

  /**
   * Tells in one line what is wrong, and, where debugging is on, where it began.
   *
   * @return the exit code
   */
  static int tell(Throwable failure, PrintWriter err) {
    Told told = told(Failures.cause(failure));
    err.println(oneLine(told.line));
    if (LogSettings.isDebug()) {
      for (String line : stack(failure)) {
        err.println(line);
      }
    }
    err.flush();
    return told.code;
  }

  private record Told(int code, String line) {}

  private static Told told(Throwable cause) {
    return switch (cause) {
      case CommandFailure _, RestoreException _ -> new Told(ExitCode.REFUSED, message(cause));
      case ConfigException _ -> new Told(ExitCode.SETTINGS, message(cause));
      case DatabaseException _, WebServerException _, BackupException _ ->
          new Told(ExitCode.UNAVAILABLE, message(cause));
      case DataAccessException _, StorageException _ -> database(cause);
      case SQLException _ -> database(cause);
      case UncheckedIOException e ->
          file(String.valueOf(e.getMessage()), requireNonNull(e.getCause()));
      case IOException e -> file("A file cannot be used", e);
      case OutOfMemoryError _ ->
          new Told(
              ExitCode.UNAVAILABLE,
              "Out of memory: raise the limit, for example with BOOKBELL_JAVA_OPTS=-Xmx2g");
      case LinkageError e ->
          new Told(
              ExitCode.INTERNAL,
              "Bookbell is incomplete or does not match this system (%s): install it again. %s shows more"
                  .formatted(e, DEBUG));
      default -> unexpected(cause);
    };
  }

  private static Told database(Throwable cause) {
    return new Told(ExitCode.UNAVAILABLE, "The database failed: " + FailureReason.of(cause));
  }

  private static Told file(String what, IOException cause) {
    return new Told(ExitCode.UNAVAILABLE, what + ": " + FileFailure.reason(cause));
  }

  private static Told unexpected(Throwable cause) {
    return new Told(
        ExitCode.INTERNAL,
        "Unexpected failure: %s: %s. %s shows where"
            .formatted(cause.getClass().getSimpleName(), message(cause), DEBUG));
  }

  private static String message(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  static String oneLine(String text) {
    return Redaction.text(text).strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static String[] stack(Throwable failure) {
    var text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return Redaction.text(text.toString()).split("\\R", -1);
  }
}
