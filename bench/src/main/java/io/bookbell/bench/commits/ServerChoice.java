package io.bookbell.bench.commits;

/** The servers that can be measured. */
enum ServerChoice {
  SQLITE("SQLite"),
  POSTGRESQL("PostgreSQL"),
  REPLACED("replaced system");

  private final String title;

  ServerChoice(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Whether the server has such commands; of the replaced system, only one was rebuilt. */
  boolean knows(CommandKind kind) {
    return this != REPLACED || kind == CommandKind.CREATE;
  }
}
