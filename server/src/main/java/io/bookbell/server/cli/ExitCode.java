package io.bookbell.server.cli;

/** The exit codes, for scripts and service managers: see docs/operating.md. */
final class ExitCode {
  static final int DONE = 0;

  /** The command was refused, or {@code verify} found violations. */
  static final int REFUSED = 1;

  /** The command line is invalid. */
  static final int USAGE = 2;

  /** A database, file, disk or port can't be used. */
  static final int UNAVAILABLE = 69;

  /** An error in the program. */
  static final int INTERNAL = 70;

  /** A setting is invalid; restarting doesn't help. */
  static final int SETTINGS = 78;

  private ExitCode() {}
}
