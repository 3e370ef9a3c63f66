package io.bookbell.bench.commits;

import io.bookbell.bench.commits.CommandServer.LoadCost;
import io.bookbell.bench.commits.LoadGenerator.Load;

/** What one server did under one load in one round. CPU times are µs per command. */
record CommandFigures(int round, ServerChoice server, CommandKind kind, Load load, LoadCost cost) {
  /** Whether the other's round, load and kind are the same. */
  boolean isOfSameRound(CommandFigures other) {
    return round == other.round && kind == other.kind && load.equals(other.load);
  }

  double perSecond() {
    return cost.outcome().succeeded() / cost.outcome().seconds();
  }

  double serverMicros() {
    return perCommand(cost.spent().server());
  }

  double compilerMicros() {
    return perCommand(cost.spent().compiler());
  }

  double databaseMicros() {
    return perCommand(cost.spent().database());
  }

  double micros() {
    return serverMicros() + compilerMicros() + databaseMicros();
  }

  double microsWithoutCompiler() {
    return serverMicros() + databaseMicros();
  }

  double p50Millis() {
    return cost.outcome().p50Millis();
  }

  double p99Millis() {
    return cost.outcome().p99Millis();
  }

  private double perCommand(long micros) {
    return (double) micros / cost.outcome().succeeded();
  }
}
