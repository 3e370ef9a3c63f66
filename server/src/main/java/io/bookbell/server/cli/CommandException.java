package io.bookbell.server.cli;

import static java.util.Objects.requireNonNull;

import io.bookbell.server.backup.BackupRestorer.RestoreException;
import io.bookbell.server.backup.BackupWriter.BackupException;
import io.bookbell.server.config.ConfigException;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.config.SecretRedactor;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.WebServer.WebServerException;
import io.bookbell.server.log.LogSettings;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.transfer.TransferException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.SQLException;

/** A command can't do what it was asked to. The message is for the operator. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String DEBUG = "BOOKBELL_LOG=debug";

  CommandException(String message) {
    super(message);
  }

  /**
   * Prints a failure in one line and, at debug level, with its stack trace unless a setting is
   * invalid.
   *
   * @return the exit code
   */
  static int reportFailure(Throwable failure, PrintWriter err) {
    ExitReport exitReport = describeFailure(CompletionFailures.unwrapCause(failure));
    err.println(toSingleLine(exitReport.line));
    if (LogSettings.isDebug() && exitReport.code != ExitCode.SETTINGS) {
      for (String line : stackTraceLines(failure)) {
        err.println(line);
      }
    }
    err.flush();
    return exitReport.code;
  }

  private record ExitReport(int code, String line) {}

  private static ExitReport describeFailure(Throwable cause) {
    return switch (cause) {
      case CommandException _, RestoreException _ ->
          new ExitReport(ExitCode.REFUSED, messageOf(cause));
      case TransferException e ->
          new ExitReport(
              e.isUnavailable() ? ExitCode.UNAVAILABLE : ExitCode.REFUSED, messageOf(cause));
      case ConfigException _ -> new ExitReport(ExitCode.SETTINGS, messageOf(cause));
      case DatabaseException _, WebServerException _, BackupException _ ->
          new ExitReport(ExitCode.UNAVAILABLE, messageOf(cause));
      case DataAccessException _, StorageException _ -> databaseFailure(cause);
      case SQLException _ -> databaseFailure(cause);
      case UncheckedIOException e ->
          fileFailure(String.valueOf(e.getMessage()), requireNonNull(e.getCause()));
      case IOException e -> fileFailure("A file cannot be used", e);
      case OutOfMemoryError e ->
          new ExitReport(
              ExitCode.UNAVAILABLE,
              String.valueOf(e.getMessage()).contains("native thread")
                  ? "The system allows no more threads: raise the limit of processes and threads"
                      + " (ulimit -u, TasksMax in systemd, or the container's limit of pids)"
                  : "Out of memory: raise the limit, for example with BOOKBELL_JAVA_OPTS=-Xmx2g"
                      + " (in a container, JDK_JAVA_OPTIONS)");
      case LinkageError e ->
          new ExitReport(
              ExitCode.INTERNAL,
              "Bookbell is incomplete or does not match this system (%s): install it again. %s shows more"
                  .formatted(e, DEBUG));
      default -> unexpectedFailure(cause);
    };
  }

  private static ExitReport databaseFailure(Throwable cause) {
    return new ExitReport(
        ExitCode.UNAVAILABLE, "The database failed: " + DatabaseFailureReason.of(cause));
  }

  private static ExitReport fileFailure(String what, IOException cause) {
    return new ExitReport(
        ExitCode.UNAVAILABLE, what + ": " + FileFailureReason.describeFailure(cause));
  }

  private static ExitReport unexpectedFailure(Throwable cause) {
    return new ExitReport(
        ExitCode.INTERNAL,
        "Unexpected failure: %s: %s. %s shows where"
            .formatted(cause.getClass().getSimpleName(), messageOf(cause), DEBUG));
  }

  private static String messageOf(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  static String toSingleLine(String text) {
    return SecretRedactor.redactText(text).strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static String[] stackTraceLines(Throwable failure) {
    var text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return SecretRedactor.redactText(text.toString()).split("\\R", -1);
  }
}
