package io.bookbell.bench.commits;

import java.util.List;
import java.util.Locale;

/** What is measured of a server. */
enum CommandKind {
  CREATE,
  APPROVE,
  REJECT,
  REPLY;

  /** What a server is warmed up with: as many requests are decided as are created. */
  static final List<CommandKind> MIX = List.of(CREATE, APPROVE, REPLY, CREATE, REJECT, REPLY);

  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
