package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.UserId;
import io.bookbell.server.resilience.workload.Follower;
import io.bookbell.server.resilience.workload.Follower.Totals;
import io.bookbell.server.resilience.workload.People.Person;
import io.bookbell.server.resilience.workload.Stored;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Followers on all nodes, several per user, which change their transport with every connection. The
 * content received under each sequence number is kept as a hash, and compared between followers and
 * with the stored inboxes. Confined to one thread.
 */
final class Clients implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Place, Integer> contents = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final Delays delays;
  private final List<Follower> followers;

  private record Place(UserId user, long seq) {}

  /**
   * Connects all followers and waits for their first snapshots.
   *
   * @param people over whom the followers are distributed
   */
  Clients(int size, List<Person> people, Supplier<String> url, Delays delays) {
    this.delays = delays;
    this.followers =
        IntStream.range(0, size)
            .mapToObj(
                number ->
                    new Follower(
                        http,
                        people.get(number % people.size()),
                        url,
                        transportsFrom(number / people.size() + number),
                        this::take))
            .toList();
    Awaitility.await("everybody's first snapshot")
        .atMost(TIMEOUT)
        .until(() -> followers.stream().allMatch(Follower::hasBegun));
  }

  /** All transports, so that a third of the clients begins with each. */
  private static List<TransportKind> transportsFrom(int number) {
    var transports = new ArrayList<>(List.of(TransportKind.values()));
    Collections.rotate(transports, number);
    return transports;
  }

  private void take(Follower by, JsonNode message, long liveSince) {
    var place = new Place(by.user(), message.get("seq").asLong());
    Integer known = contents.putIfAbsent(place, message.hashCode());
    if (known != null && known != message.hashCode()) {
      wrong.add("others got something else as " + place + " than " + message);
    }
    delays.came(message, liveSince);
  }

  /** Breaks up to a third of the connections. */
  void cutSome(Random random) {
    int most = Math.max(1, followers.size() / 3);
    random
        .ints(1 + random.nextInt(most), 0, followers.size())
        .mapToObj(followers::get)
        .forEach(Follower::cut);
  }

  /** All gaps, repetitions and differences so far, one sentence each. */
  List<String> complaints() {
    var all =
        followers.stream()
            .map(Follower::complaints)
            .flatMap(List::stream)
            .collect(Collectors.toCollection(ArrayList::new));
    all.addAll(wrong);
    return all;
  }

  /** Waits until everybody has received what is committed at the time of the call. */
  void awaitHeads(Stored stored) {
    Map<UserId, Long> heads = stored.heads();
    Awaitility.await("everybody at the head of their inbox")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(100))
        .failFast(() -> assertThat(complaints()).isEmpty())
        .untilAsserted(() -> assertThat(behind(heads)).isEmpty());
  }

  private List<String> behind(Map<UserId, Long> heads) {
    return followers.stream()
        .filter(each -> each.position() < heads.get(each.user()))
        .map(each -> each.user() + " is at " + each.position() + " of " + heads.get(each.user()))
        .toList();
  }

  /** The number of messages that were never received, including those skipped by gaps. */
  long lost(Map<UserId, Long> heads) {
    return followers.stream()
        .mapToLong(each -> each.totals().skipped() + missing(each, heads))
        .sum();
  }

  private static long missing(Follower follower, Map<UserId, Long> heads) {
    return Math.max(0, heads.get(follower.user()) - follower.position());
  }

  /** The number of messages that should have been received. */
  long expected(Map<UserId, Long> heads) {
    return followers.stream()
        .mapToLong(each -> each.totals().expected() + missing(each, heads))
        .sum();
  }

  /** Compares what was received with what is stored. */
  List<String> differences(Stored stored) {
    return followers.stream()
        .map(Follower::user)
        .distinct()
        .flatMap(user -> stored.inbox(user, 0).stream().filter(each -> differs(user, each)))
        .map(message -> "stored, but different when it was delivered: " + message)
        .toList();
  }

  private boolean differs(UserId user, JsonNode message) {
    Integer got = contents.get(new Place(user, message.get("seq").asLong()));
    return got != null && got != message.hashCode();
  }

  /** How many messages a transport has brought. */
  long receivedBy(TransportKind transport) {
    return sum(totals -> totals.byTransport().getOrDefault(transport, 0L));
  }

  long sum(ToLongFunction<Totals> what) {
    return followers.stream().map(Follower::totals).mapToLong(what).sum();
  }

  int size() {
    return followers.size();
  }

  @Override
  public void close() {
    followers.forEach(Follower::close);
    http.shutdownNow();
  }
}
