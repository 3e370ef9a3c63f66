package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Duplicates of a command that are sent at once and share a transaction. */
class DuplicateCommandsTest {
  private static final int TWINS = 3;

  @ParameterizedTest
  @EnumSource
  void duplicatesRunOnceAndGetTheSameResponse(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    var keys = List.of(key(), key(), key());
    CompletableFuture<?> busy = keepBusy(server, cast);

    var replies = new ArrayList<CompletableFuture<Reply>>();
    for (int twin = 0; twin < TWINS; twin++) {
      keys.forEach(key -> replies.add(ask(cast, "Kindred", key)));
    }

    busy.join();
    for (int key = 0; key < keys.size(); key++) {
      List<Reply> same = every(keys.size(), key, replies);
      assertThat(same).extracting(Reply::status).containsExactlyInAnyOrder(201, 200, 200);
      assertThat(same)
          .extracting(reply -> reply.raw().body())
          .containsOnly(same.getFirst().raw().body());
    }
    assertThat(used(cast)).isEqualTo(keys.size());

    String refused = key();
    CompletableFuture<?> busyAgain = keepBusy(server, cast);
    var refusals = List.of(ask(cast, "Emma", refused), ask(cast, "Emma", refused));
    busyAgain.join();
    assertThat(refusals)
        .allSatisfy(each -> assertThat(each.join().code()).isEqualTo("quota_exhausted"));
    assertThat(used(cast)).isEqualTo(keys.size());
  }

  @ParameterizedTest
  @EnumSource
  void aDuplicateWithAnotherBodyIsRefused(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    String key = key();
    CompletableFuture<?> busy = keepBusy(server, cast);
    var replies = List.of(ask(cast, "Kindred", key), ask(cast, "Beloved", key));
    busy.join();

    assertThat(replies)
        .extracting(each -> each.join().status())
        .containsExactlyInAnyOrder(201, 409);
    assertThat(replies)
        .extracting(each -> each.join().code())
        .containsExactlyInAnyOrder("", "idempotency_conflict");
    assertThat(used(cast)).isEqualTo(1);
  }

  private static List<Reply> every(int step, int from, List<CompletableFuture<Reply>> replies) {
    var found = new ArrayList<Reply>();
    for (int number = from; number < replies.size(); number += step) {
      found.add(replies.get(number).join());
    }
    return found;
  }

  /** A command that holds the creator's row long enough for all others to queue behind it. */
  private static CompletableFuture<?> keepBusy(TestServer server, Cast cast) {
    var services = new Services(Services.ClientNotifier.noOp());
    return server
        .database()
        .write(
            tx -> {
              services.creators.lockCreator(tx, new UserId(cast.creator().id()));
              return server.database().isShared()
                  && tx.query("SELECT pg_sleep(0.4) AS slept").exists();
            });
  }

  private static CompletableFuture<Reply> ask(Cast cast, String title, String key) {
    var wanted = Map.of("creator_id", cast.creator().id(), "title", title, "author", "Somebody");
    return cast.supporter()
        .client()
        .postLater("/api/book-requests", wanted, Map.of("Idempotency-Key", key));
  }

  private static String key() {
    return UUID.randomUUID().toString();
  }

  private static int used(Cast cast) {
    return cast.supporter()
        .client()
        .get("/api/book-requests/quota?creator_id=" + cast.creator().id())
        .body()
        .get("used")
        .asInt();
  }
}
