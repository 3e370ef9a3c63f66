package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.resilience.workload.Follower;
import io.bookbell.server.resilience.workload.People.Person;
import io.bookbell.server.resilience.workload.Stored;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * Many followers, compared with the stored inboxes while no commands run. Confined to one thread.
 */
final class Swarm implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Follower> followers;
  private final Map<Follower, List<JsonNode>> received = new ConcurrentHashMap<>();
  private final Map<Follower, Long> compared = new HashMap<>();

  /**
   * Connects everybody and waits for their first snapshots.
   *
   * @param people one socket each; whoever is listed twice has two
   */
  Swarm(List<Person> people, Supplier<String> url) {
    followers = people.stream().map(person -> new Follower(http, person, url, this::keep)).toList();
    Awaitility.await("everybody's first snapshot")
        .atMost(TIMEOUT)
        .until(() -> followers.stream().allMatch(Follower::hasBegun));
    followers.forEach(follower -> compared.put(follower, follower.position()));
  }

  /** Called for one message of a follower at a time. */
  private void keep(Follower by, JsonNode message, long liveSince) {
    received.computeIfAbsent(by, _ -> new ArrayList<>()).add(message);
  }

  int size() {
    return followers.size();
  }

  int resumptions() {
    return followers.stream().mapToInt(each -> each.totals().resumptions()).sum();
  }

  /**
   * Waits until everybody has reached the head of their inbox, and compares what they have received
   * with what is stored. No commands may be running.
   */
  void catchUp(Stored stored) {
    Map<UserId, Long> heads = stored.heads();
    Awaitility.await("everybody at the head of their inbox")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () ->
                assertThat(followers)
                    .allSatisfy(
                        follower ->
                            assertThat(follower.position())
                                .as("the position of user %s", follower.user())
                                .isEqualTo(heads.get(follower.user()))));
    followers.forEach(follower -> compare(follower, stored, heads.get(follower.user())));
  }

  private void compare(Follower follower, Stored stored, long head) {
    String who = "user " + follower.user();
    assertThat(follower.complaints()).as("gaps and repetitions of %s", who).isEmpty();
    assertThat(follower.totals().snapshots())
        .as("snapshots of %s, who can always resume", who)
        .isOne();
    List<JsonNode> expected = stored.inbox(follower.user(), compared.get(follower));
    assertThat(drain(follower)).as("the messages of %s", who).isEqualTo(expected);
    compared.put(follower, head);
  }

  /** Takes the received messages. None arrive meanwhile; the lock makes earlier ones visible. */
  private List<JsonNode> drain(Follower follower) {
    synchronized (follower) {
      var messages = received.remove(follower);
      return messages == null ? List.of() : messages;
    }
  }

  @Override
  public void close() {
    followers.forEach(Follower::close);
    http.shutdownNow();
  }
}
