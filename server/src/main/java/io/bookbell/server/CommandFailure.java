package io.bookbell.server;

import io.bookbell.server.config.ConfigException;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.web.Failures;
import io.bookbell.server.web.WebServer.WebServerException;
import java.io.PrintWriter;

/** A command cannot do what it was told. The message is for the operator. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailure(String message) {
    super(message);
  }

  /**
   * Tells what an operator can mend, in one line.
   *
   * @return whether it is that; the rest is ours, with all we know
   */
  static boolean tell(Exception failure, PrintWriter err) {
    Throwable cause = Failures.cause(failure);
    boolean mendable =
        cause instanceof CommandFailure
            || cause instanceof ConfigException
            || cause instanceof DatabaseException
            || cause instanceof WebServerException;
    if (mendable) {
      err.println(cause.getMessage());
      err.flush();
    }
    return mendable;
  }
}
