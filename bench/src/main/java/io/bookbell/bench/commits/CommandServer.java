package io.bookbell.bench.commits;

import io.bookbell.bench.commits.LoadGenerator.Load;
import io.bookbell.bench.commits.LoadGenerator.Outcome;
import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.process.Launched;
import io.bookbell.bench.process.Processes;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A running server to be measured, with its database and its people. For one thread. */
final class CommandServer implements AutoCloseable {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger numbers = new AtomicInteger();
  private final ServerChoice choice;
  private final Launched launched;
  private final @Nullable PostgresServer postgres;
  private final List<Circle> circles;

  /**
   * @param postgres null on SQLite
   */
  CommandServer(
      ServerChoice choice,
      Launched launched,
      @Nullable PostgresServer postgres,
      List<Circle> circles) {
    this.choice = choice;
    this.launched = launched;
    this.postgres = postgres;
    this.circles = circles;
  }

  /** What a load cost. */
  record LoadCost(Outcome outcome, CpuTime spent) {}

  ServerChoice choice() {
    return choice;
  }

  /** Creates a client for some of the creators, with no requests to decide on. */
  CommandClient newClient(int fromCreator, int creators) {
    List<Circle> some = circles.subList(fromCreator, fromCreator + creators);
    return new CommandClient(http, launched.port(), some, numbers);
  }

  /** Sends a mix of all commands that the server knows. */
  void warmUp(CommandClient client, Load load, Duration time) throws InterruptedException {
    Iterator<CommandKind> kinds =
        Stream.generate(() -> CommandKind.MIX)
            .flatMap(List::stream)
            .filter(choice::knows)
            .iterator();
    try (var sockets = client.openSockets()) {
      new LoadGenerator(client, sockets)
          .run(
              load,
              () -> client.next(kinds.next()).or(() -> client.next(CommandKind.CREATE)),
              time);
    }
  }

  /** Sends commands of one kind, until the time is over or there is no request left for them. */
  LoadCost measure(CommandClient client, CommandKind kind, Load load, Duration time)
      throws InterruptedException {
    try (var sockets = client.openSockets()) {
      CpuTime before = cpuTime();
      Outcome outcome = new LoadGenerator(client, sockets).run(load, () -> client.next(kind), time);
      return new LoadCost(outcome, cpuTime().since(before));
    }
  }

  private CpuTime cpuTime() {
    ProcessHandle process = launched.process().toHandle();
    long compiler = Processes.compilerMicros(process);
    return new CpuTime(
        Processes.cpuMicros(process) - compiler,
        compiler,
        postgres == null ? 0 : postgres.cpuMicros());
  }

  @Override
  public void close() throws IOException {
    http.shutdownNow();
    launched.close();
    if (postgres != null) {
      postgres.close();
    }
  }
}
