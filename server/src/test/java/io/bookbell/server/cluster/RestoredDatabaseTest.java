package io.bookbell.server.cluster;

import static io.bookbell.server.cluster.NodePair.showsNotice;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.storage.Transaction;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two nodes whose database is replaced by another one, by a restore or a failover. */
class RestoredDatabaseTest extends OnTwoNodes {
  private static final int GOING_AWAY = CloseReason.GOING_AWAY.code();

  @Test
  void whoeverIsConnectedBeginsAnew() {
    var supporter = cast.supporter();
    try (var socket = supporter.client().connect(supporter.id());
        var elsewhere = nodes.connectToSecond(cast.other())) {
      JsonNode before = socket.await("initial_data");

      nodes
          .first()
          .database()
          .write(
              tx -> {
                EpochStore.renewEpoch(tx);
                return true;
              })
          .join();

      assertThat(socket.awaitClosed()).isEqualTo(GOING_AWAY);
      assertThat(elsewhere.awaitClosed()).isEqualTo(GOING_AWAY);
      String position = before.get("epoch").asText() + ":" + before.get("seq").asLong();
      try (var again = nodes.atSecond(supporter).connect(supporter.id(), position)) {
        assertThat(again.await("initial_data").get("epoch")).isNotEqualTo(before.get("epoch"));
      }
    }
  }

  @Test
  void whatWasKnownOfTheDatabaseBeforeIsForgotten() {
    long id = cast.creator().id();
    var stranger = cast.stranger();
    var creator = cast.creator().client();
    try (var socket = nodes.connectToFirst(cast.supporter())) {
      creator.patch("/api/creators/" + id, Map.of("notice", "Before")).expect(200);
      socket.await("the notice", message -> showsNotice(message, "Before"));

      nodes.first().database().write(tx -> replacedByOneWith(tx, stranger.id())).join();
      assertThat(socket.awaitClosed()).isEqualTo(GOING_AWAY);
    }

    try (var socket = nodes.connectToFirst(stranger)) {
      creator.patch("/api/creators/" + id, Map.of("notice", "After")).expect(200);
      socket.await("the notice", message -> showsNotice(message, "After"));
    }
  }

  /**
   * Simulates a failover to a database with another history: the same versions, but another
   * supporter.
   */
  private int replacedByOneWith(Transaction tx, long supporter) {
    EpochStore.renewEpoch(tx);
    return tx.update(
        """
        INSERT INTO membership (creator_id, user_id, tier_id, period_key, created_at)
        VALUES (?, ?, ?, 'none', 1)\
        """,
        cast.creator().id(),
        supporter,
        cast.tier());
  }
}
