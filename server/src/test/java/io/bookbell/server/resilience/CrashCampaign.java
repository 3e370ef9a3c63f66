package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.resilience.workload.Command;
import io.bookbell.server.resilience.workload.History;
import io.bookbell.server.resilience.workload.Outcome;
import io.bookbell.server.resilience.workload.Outcome.Done;
import io.bookbell.server.resilience.workload.Outcome.Unknown;
import io.bookbell.server.resilience.workload.People;
import io.bookbell.server.resilience.workload.People.Person;
import io.bookbell.server.resilience.workload.Stored;
import io.bookbell.server.resilience.workload.Traffic;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A long history on one database: commands are sent in waves, a crash interrupts each wave, and all
 * guarantees are checked after it. Confined to one thread.
 */
final class CrashCampaign implements AutoCloseable {
  private static final int WAVE = 200;
  private static final int FEWEST_NEW = 50;
  private static final int TWINS = 20;
  private static final int MAX_ANSWERED = 170;
  private static final int MAX_DELAY_MICROS = 20_000;
  private static final int REPEATED = 5;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final StorageConfig storageConfig;
  private final Random random;
  private final History history = new History();
  private final Supplier<String> url;
  private final People people;
  private final Traffic traffic;
  private final Swarm swarm;
  private int unanswered;
  private int doneUnheard;

  /**
   * Connects the swarm.
   *
   * @param storageConfig the database, which contains the demonstration data and is being served
   * @param url the current URL of the server
   */
  CrashCampaign(StorageConfig storageConfig, Random random, Supplier<String> url) {
    this.storageConfig = storageConfig;
    this.random = random;
    this.url = url;
    try (var data = OpenDatabase.forConcurrentAccess(storageConfig)) {
      this.people = People.of(data.database());
    }
    this.traffic = new Traffic(random, people);
    people.allowMuch(url.get());
    this.swarm = new Swarm(followed(), url);
  }

  /** Everybody, and the first few with a second device. */
  private List<Person> followed() {
    return Stream.concat(people.all(), people.all().limit(3)).toList();
  }

  /**
   * Sends a wave of commands, first those that have had no response yet, strikes while they run,
   * and waits until each has a response or has failed.
   */
  void wave(Runnable strike) {
    int answers = random.nextInt(MAX_ANSWERED);
    int delay = random.nextInt(MAX_DELAY_MICROS);
    var enough = new CountDownLatch(answers);
    CompletableFuture<Void> wave = sendAll(enough);
    await(enough);
    Executor later = CompletableFuture.delayedExecutor(delay, TimeUnit.MICROSECONDS);
    CompletableFuture.runAsync(() -> {}, later).join();
    strike.run();
    wave.join();
  }

  /** Sends some of the repeated commands twice at once, like an impatient client. */
  private CompletableFuture<Void> sendAll(CountDownLatch answers) {
    List<Command> again = history.unknown();
    int twins = Math.min(TWINS, again.size());
    List<Command> once = new ArrayList<>(again.subList(twins, again.size()));
    once.addAll(traffic.next(Math.max(FEWEST_NEW, WAVE - again.size())));
    return CompletableFuture.allOf(
        Stream.concat(
                again.stream().limit(twins).map(command -> note(command, sendTwice(command))),
                once.stream().map(command -> note(command, command.send(url.get()))))
            .map(noted -> noted.thenRun(answers::countDown))
            .toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Outcome> sendTwice(Command command) {
    return command.send(url.get()).thenCombine(command.send(url.get()), Outcome::ofTwins);
  }

  private CompletableFuture<Void> note(Command command, CompletableFuture<Outcome> outcome) {
    return outcome.thenAccept(known -> history.note(command, known));
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(latch.getCount() + " answers are missing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Checks all guarantees so far, once the server is back. */
  void check() {
    try (var stored = new Stored(storageConfig)) {
      checkPromises(stored);
      countUnheard(stored);
      repeatSome();
      swarm.catchUp(stored);
    }
    history.done().forEach(command -> traffic.learn(((Done) history.outcome(command)).answer()));
  }

  /** Repeats unanswered commands until each has a response, then checks everything once more. */
  void settle() {
    Awaitility.await("an answer to each command")
        .atMost(TIMEOUT)
        .until(
            () -> {
              history.unknown().stream()
                  .map(command -> note(command, sendTwice(command)))
                  .toList()
                  .forEach(CompletableFuture::join);
              return history.unknown().isEmpty();
            });
    check();
  }

  private void checkPromises(Stored stored) {
    assertThat(stored.verify().breaches()).as("breaches of invariants").isEmpty();
    assertThat(history.contradictions(stored.effects())).as("broken promises").isEmpty();
  }

  private void countUnheard(Stored stored) {
    List<Command> unknown = history.unknown();
    Map<String, Integer> effects = stored.effects();
    unanswered += unknown.size();
    doneUnheard +=
        (int) unknown.stream().filter(each -> effects.containsKey(each.effect())).count();
  }

  /** Repeating an acknowledged command must return the same response. */
  private void repeatSome() {
    List<Command> done = history.done();
    for (int count = 0; count < REPEATED && !done.isEmpty(); count++) {
      Command command = done.get(random.nextInt(done.size()));
      JsonNode first = ((Done) history.outcome(command)).answer();
      assertThat(answerTo(command))
          .as("the answer to a repetition of %s", command)
          .isEqualTo(new Done(first));
    }
  }

  /**
   * Sends a command until it has a response, as any client would, because its connection may break.
   */
  private Outcome answerTo(Command command) {
    return Awaitility.await("an answer to " + command.key())
        .atMost(TIMEOUT)
        .until(() -> command.send(url.get()).join(), outcome -> !(outcome instanceof Unknown));
  }

  /** Waits until a server that has lost its database is ready again. */
  void awaitReady() {
    Awaitility.await("a server that is ready again")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> TestClient.at(url.get()).get("/health/ready").status() == 200);
  }

  String summary() {
    var parts = new ArrayList<String>();
    parts.add(history.done().size() + " commands acknowledged");
    parts.add(history.refused().size() + " refused");
    parts.add(unanswered + " not answered at the strike, " + doneUnheard + " of them done");
    parts.add(swarm.size() + " followers resumed " + swarm.resumptions() + " times");
    return String.join(", ", parts);
  }

  @Override
  public void close() {
    swarm.close();
  }
}
