package io.bookbell.server;

/** What a command ends with, for scripts and service managers: see docs/operating.md. */
final class ExitCode {
  static final int DONE = 0;

  /** What was asked for was refused, or {@code verify} found what does not agree. */
  static final int REFUSED = 1;

  /** The words of the command line make no sense. */
  static final int USAGE = 2;

  /** A database, file, disk or port cannot be used. */
  static final int UNAVAILABLE = 69;

  /** A fault in the program. */
  static final int INTERNAL = 70;

  /** A setting has a value that cannot be used; starting again does not help. */
  static final int SETTINGS = 78;

  private ExitCode() {}
}
