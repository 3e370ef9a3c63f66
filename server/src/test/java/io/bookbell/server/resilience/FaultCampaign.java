package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.resilience.Saboteur.Inflicted;
import io.bookbell.server.resilience.workload.People;
import io.bookbell.server.resilience.workload.Stored;
import io.bookbell.server.resilience.workload.Traffic;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;

/**
 * Clients and load on a cluster while one fault follows the other, sometimes two at once. Every
 * kind of fault is injected once before they repeat in another order. Confined to one thread.
 */
final class FaultCampaign implements AutoCloseable {
  private final Cluster cluster;
  private final Random random;
  private final Stored stored;
  private final Delays delays = new Delays();
  private final Clients clients;
  private final Load load;
  private final Map<Fault, Integer> inflicted = new EnumMap<>(Fault.class);
  private final Deque<Fault> deck = new ArrayDeque<>();

  /**
   * Connects the clients.
   *
   * @param random selects the commands and, independently, the faults
   */
  FaultCampaign(Cluster cluster, Random random, int size) {
    this.cluster = cluster;
    this.random = new Random(random.nextLong());
    People people;
    try (var data = OpenDatabase.forConcurrentAccess(cluster.storage())) {
      people = People.of(data.database());
    }
    people.allowMuch(cluster.anyUrl());
    this.stored = new Stored(cluster.storage());
    this.load =
        new Load(new Traffic(new Random(random.nextLong()), people), cluster::anyUrl, delays);
    this.clients = new Clients(size, people.all().toList(), cluster::anyUrl, delays);
  }

  void beginLoad(int perSecond) {
    load.begin(perSecond);
  }

  /** Injects every kind of fault at least once, and continues until the time is over. */
  void run(Duration time, Duration longestFault) {
    long until = System.nanoTime() + time.toNanos();
    var saboteur = new Saboteur(cluster, clients, new Random(random.nextLong()), longestFault);
    while (System.nanoTime() < until || inflicted.size() < Fault.values().length) {
      strike(saboteur);
    }
  }

  private void strike(Saboteur saboteur) {
    List<Fault> chosen = draw();
    System.out.println("  " + chosen);
    delays.present(Set.copyOf(chosen));
    List<Inflicted> there = chosen.stream().map(saboteur::inflict).toList();
    String what = there.stream().map(Inflicted::what).toList().toString();
    endure(there, System.nanoTime(), what);
    chosen.forEach(fault -> inflicted.merge(fault, 1, Integer::sum));
    recover("after " + what);
    delays.present(Set.of());
  }

  private void endure(List<Inflicted> there, long begun, String what) {
    there.stream()
        .sorted(Comparator.comparing(Inflicted::lasts))
        .forEach(
            each -> {
              pass(each.lasts().minusNanos(System.nanoTime() - begun), what);
              if (there.stream().map(Inflicted::fault).allMatch(Fault::isOfRedis)) {
                expectDeliveryWithoutRedis(what);
              }
              each.mend().run();
            });
  }

  /** Checks delivery including the last message, for which no later one reveals a gap. */
  private void expectDeliveryWithoutRedis(String what) {
    load.pause();
    awaitHeads("during " + what);
    load.goOn();
  }

  /** The next fault in random order, sometimes with a second one that can be combined with it. */
  private List<Fault> draw() {
    if (deck.isEmpty()) {
      List<Fault> all = new ArrayList<>(Arrays.asList(Fault.values()));
      Collections.shuffle(all, random);
      deck.addAll(all);
    }
    Fault first = deck.pop();
    var chosen = new ArrayList<>(List.of(first));
    if (random.nextInt(3) == 0) {
      deck.stream().filter(each -> !each.excludes(first)).findFirst().ifPresent(chosen::add);
      deck.removeAll(chosen);
    }
    return chosen;
  }

  private void pass(Duration time, String during) {
    long until = System.nanoTime() + time.toNanos();
    Awaitility.await("the end of: " + during)
        .atMost(time.plusSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .failFast(() -> assertThat(clients.complaints()).as(during).isEmpty())
        .until(() -> System.nanoTime() >= until);
  }

  /** Waits until all nodes are ready and all clients have what is committed then. */
  void recover(String when) {
    cluster.nodes().forEach(Node::awaitReady);
    awaitHeads(when);
  }

  private void awaitHeads(String when) {
    try {
      clients.awaitHeads(stored);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(when, e);
    }
  }

  /** Ends the load and waits for running commands. */
  void settle() {
    load.end();
    recover("at the end");
  }

  /** All violations of the guarantees, one sentence each. */
  List<String> breaches() {
    var breaches = new ArrayList<>(clients.complaints());
    breaches.addAll(load.failed());
    breaches.addAll(load.history().contradictions(stored.effects()));
    breaches.addAll(clients.differences(stored));
    stored
        .verify()
        .breaches()
        .forEach(invariantViolation -> breaches.add(invariantViolation.toString()));
    return breaches;
  }

  List<String> report() {
    Map<UserId, Long> heads = stored.heads();
    var lines = new ArrayList<>(Report.delivery(load, clients, delays, heads));
    if (!inflicted.isEmpty()) {
      lines.addAll(Report.faults(inflicted, delays));
    }
    return lines;
  }

  Clients clients() {
    return clients;
  }

  Load load() {
    return load;
  }

  @Override
  public void close() {
    load.close();
    clients.close();
    stored.close();
  }
}
