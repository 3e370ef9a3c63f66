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

/** A node either knows for certain who is connected to a peer, or knows that it doesn't. */
class PeerDirectoryTest {
  private static final UserId ANN = new UserId(1);
  private static final UserId BEN = new UserId(2);
  private static final UserId CAT = new UserId(3);

  private final List<String> asked = new ArrayList<>();
  private final PeerDirectory peerDirectory =
      new PeerDirectory(RedisOptions.Timings.defaults(), asked::add);

  @Test
  void whoIsUnknownIsAskedAndTheAnswerIsFollowed() {
    peerDirectory.handleHeartbeat(new NodeMessage.NodeHeartbeat("b", 5, 0), 0);
    assertThat(asked).containsExactly("b");
    assertThat(peerDirectory.usersOf("b")).isEmpty();
    peerDirectory.handleSnapshot(new NodeMessage.PresenceSnapshot("b", 5, Set.of(ANN)), 0);
    peerDirectory.handlePresence(
        new NodeMessage.PresenceChange("b", 5, 6, Set.of(BEN, CAT), Set.of(ANN)), 0);
    peerDirectory.handlePresence(
        new NodeMessage.PresenceChange("b", 5, 6, Set.of(BEN, CAT), Set.of(ANN)), 0);
    peerDirectory.handleHeartbeat(new NodeMessage.NodeHeartbeat("b", 6, 0), 0);
    assertThat(peerDirectory.usersOf("b")).contains(Set.of(BEN, CAT));
    assertThat(asked).containsExactly("b");
    assertThat(peerDirectory.knownCount()).isEqualTo(1);
  }

  @Test
  void aVersionThatDoesNotFollowMakesItUnknown() {
    peerDirectory.handleSnapshot(new NodeMessage.PresenceSnapshot("b", 5, Set.of(ANN)), 0);
    peerDirectory.handlePresence(
        new NodeMessage.PresenceChange("b", 6, 7, Set.of(BEN), Set.of()), 0);
    assertThat(peerDirectory.usersOf("b")).isEmpty();
    assertThat(asked).containsExactly("b");
    peerDirectory.handleSnapshot(new NodeMessage.PresenceSnapshot("b", 7, Set.of(ANN, BEN)), 0);
    peerDirectory.handleHeartbeat(new NodeMessage.NodeHeartbeat("b", 8, 0), second(1));
    assertThat(peerDirectory.usersOf("b")).isEmpty();
    assertThat(asked).containsExactly("b", "b");
  }

  @Test
  void oneThatDoesNotAnswerIsAskedAgainButNotAllTheTime() {
    for (int tenth = 0; tenth < 20; tenth++) {
      peerDirectory.handleHeartbeat(
          new NodeMessage.NodeHeartbeat("b", 5, 0), second(1) / 10 * tenth);
    }
    assertThat(asked).hasSize(4);
  }

  @Test
  void theSilentAreForgottenButNotForOurOwnDeafness() {
    peerDirectory.handleContact("b", 0);
    peerDirectory.handleContact("c", second(3));
    peerDirectory.removeSilent(second(6));
    assertThat(peerDirectory.usersOf("b")).isEmpty();
    assertThat(peerDirectory.size()).isEqualTo(1);
    peerDirectory.resetSilence(second(60));
    peerDirectory.removeSilent(second(62));
    assertThat(peerDirectory.size()).isEqualTo(1);
    peerDirectory.handleShutdown("c");
    assertThat(peerDirectory.size()).isZero();
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
    assertThat(new PeerNode("b", 0).filterRelevant(List.of(both, other)))
        .containsExactly(both, other);
  }

  @Test
  void aUserWhoComesAndGoesWithinABatchIsNotPublished() {
    LocalPresence users = new LocalPresence("a");
    users.recordPresence("chat", ANN, true);
    users.recordPresence("chat", ANN, false);
    users.recordPresence("chat", BEN, true);
    NodeMessage.PresenceChange first =
        (NodeMessage.PresenceChange) users.nextVersion().orElseThrow();
    assertThat(first.joined()).containsExactly(BEN);
    assertThat(first.left()).isEmpty();
    users.recordPresence("chat", BEN, false);
    users.recordPresence("chat", BEN, true);
    assertThat(users.nextVersion()).isEmpty();
    assertThat(users.snapshot())
        .isEqualTo(new NodeMessage.PresenceSnapshot("a", first.to(), Set.of(BEN)));
  }

  @Test
  void whoLeavesOneChannelIsStillToldAsConnectedToAnother() {
    LocalPresence users = new LocalPresence("a");
    users.recordPresence("chat", ANN, true);
    users.recordPresence("books", ANN, true);
    assertThat(users.nextVersion()).isPresent();

    users.recordPresence("chat", ANN, false);
    assertThat(users.nextVersion()).isEmpty();

    users.recordPresence("books", ANN, false);
    NodeMessage.PresenceChange last =
        (NodeMessage.PresenceChange) users.nextVersion().orElseThrow();
    assertThat(last.left()).containsExactly(ANN);
  }

  private static List<Delivery> meant(Set<UserId> users, Delivery... change) {
    PeerNode peerNode = new PeerNode("b", 0);
    peerNode.applySnapshot(new NodeMessage.PresenceSnapshot("b", 1, users));
    return peerNode.filterRelevant(List.of(change));
  }

  private static long second(int count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
