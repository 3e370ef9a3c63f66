package io.bookbell.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Hearing;
import io.bookbell.hub.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A node knows who is where for sure, or knows that it does not know. */
class PeersTest {
  private static final UserId ANN = new UserId(1);
  private static final UserId BEN = new UserId(2);
  private static final UserId CAT = new UserId(3);

  private final List<String> asked = new ArrayList<>();
  private final Peers peers = new Peers(RedisOptions.Timings.defaults(), asked::add);

  @Test
  void whoIsUnknownIsAskedAndTheAnswerIsFollowed() {
    peers.alive(new NodeMessage.Alive("b", 5, 0), 0);
    assertThat(asked).containsExactly("b");
    assertThat(peers.usersOf("b")).isEmpty();
    peers.snapshot(new NodeMessage.Snapshot("b", 5, Set.of(ANN)), 0);
    peers.presence(new NodeMessage.Presence("b", 5, 6, Set.of(BEN, CAT), Set.of(ANN)), 0);
    peers.presence(new NodeMessage.Presence("b", 5, 6, Set.of(BEN, CAT), Set.of(ANN)), 0);
    peers.alive(new NodeMessage.Alive("b", 6, 0), 0);
    assertThat(peers.usersOf("b")).contains(Set.of(BEN, CAT));
    assertThat(asked).containsExactly("b");
    assertThat(peers.known()).isEqualTo(1);
  }

  @Test
  void aVersionThatDoesNotFollowMakesItUnknown() {
    peers.snapshot(new NodeMessage.Snapshot("b", 5, Set.of(ANN)), 0);
    peers.presence(new NodeMessage.Presence("b", 6, 7, Set.of(BEN), Set.of()), 0);
    assertThat(peers.usersOf("b")).isEmpty();
    assertThat(asked).containsExactly("b");
    peers.snapshot(new NodeMessage.Snapshot("b", 7, Set.of(ANN, BEN)), 0);
    peers.alive(new NodeMessage.Alive("b", 8, 0), second(1));
    assertThat(peers.usersOf("b")).isEmpty();
    assertThat(asked).containsExactly("b", "b");
  }

  @Test
  void oneThatDoesNotAnswerIsAskedAgainButNotAllTheTime() {
    for (int tenth = 0; tenth < 20; tenth++) {
      peers.alive(new NodeMessage.Alive("b", 5, 0), second(1) / 10 * tenth);
    }
    assertThat(asked).hasSize(4);
  }

  @Test
  void theSilentAreForgottenButNotForOurOwnDeafness() {
    peers.heard("b", 0);
    peers.heard("c", second(3));
    peers.forgetSilent(second(6));
    assertThat(peers.usersOf("b")).isEmpty();
    assertThat(peers.size()).isEqualTo(1);
    peers.pardonSilence(second(60));
    peers.forgetSilent(second(62));
    assertThat(peers.size()).isEqualTo(1);
    peers.goodbye("c");
    assertThat(peers.size()).isZero();
  }

  @Test
  void aChangeIsCutToTheUsersOfANode() {
    Delivery both =
        new Delivery(Hearing.message("both"), Map.of(ANN, 4L, BEN, 9L), Set.of(CAT, BEN));
    Delivery other = Hearing.plain("other", CAT);
    assertThat(meant(Set.of(BEN), both, other))
        .containsExactly(new Delivery(both.message(), Map.of(BEN, 9L), Set.of(BEN)));
    assertThat(meant(Set.of(new UserId(7)), both, other)).isEmpty();
    assertThat(meant(Set.of(), both, other)).isEmpty();
    assertThat(meant(Set.of(ANN, BEN, CAT, new UserId(7)), both, other))
        .containsExactly(both, other);
    assertThat(new Peer("b", 0).meant(List.of(both, other))).containsExactly(both, other);
  }

  @Test
  void whoComesAndGoesWithinABatchIsNotTold() {
    OwnUsers users = new OwnUsers("a");
    users.note(ANN, true);
    users.note(ANN, false);
    users.note(BEN, true);
    NodeMessage.Presence first = (NodeMessage.Presence) users.nextVersion().orElseThrow();
    assertThat(first.joined()).containsExactly(BEN);
    assertThat(first.left()).isEmpty();
    users.note(BEN, false);
    users.note(BEN, true);
    assertThat(users.nextVersion()).isEmpty();
    assertThat(users.snapshot()).isEqualTo(new NodeMessage.Snapshot("a", first.to(), Set.of(BEN)));
  }

  private static List<Delivery> meant(Set<UserId> users, Delivery... change) {
    Peer peer = new Peer("b", 0);
    peer.learn(new NodeMessage.Snapshot("b", 1, users));
    return peer.meant(List.of(change));
  }

  private static long second(int count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
