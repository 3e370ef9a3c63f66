package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every collection that users can enlarge has a maximum size. */
class CollectionsTest {
  @TempDir Path folder;

  /** Needs its own server, because most rows are inserted directly into the database. */
  @ParameterizedTest
  @EnumSource
  void aFullCollectionTakesNoMore(TestDatabase database) {
    try (var server = TestServer.empty(database, folder)) {
      takesNoMore(server);
    }
  }

  private static void takesNoMore(TestServer server) {
    Cast cast = server.cast();
    TestClient creator = cast.creator().client();
    long id = cast.creator().id();

    for (int number = 2; number <= 50; number++) {
      tier(creator, id, number).expect(201);
    }
    assertThat(tier(creator, id, 51).expect(409).code()).isEqualTo("too_many_tiers");

    server.database().write(tx -> fill(tx::update, id)).join();
    assertThat(
            creator
                .post("/api/invitations", Map.of("creator_id", id, "kind", "team"))
                .expect(409)
                .code())
        .isEqualTo("too_many_invitations");
    assertThat(
            creator
                .post("/api/team/add", Map.of("creator_id", id, "user_id", cast.other().id()))
                .expect(409)
                .code())
        .isEqualTo("team_full");
    long followed = cast.other().ask(cast.creator(), "The one too many");
    server.database().write(tx -> follow(tx::update, id, cast.supporter().id())).join();
    assertThat(
            cast.supporter()
                .client()
                .post("/api/book-requests/" + followed + "/follow", Map.of())
                .expect(409)
                .code())
        .isEqualTo("too_many_follows");
  }

  private static Reply tier(TestClient creator, long id, int number) {
    return creator.post(
        "/api/tiers",
        Map.of(
            "creator_id", id, "name", "Tier " + number, "requests_allowed", 1, "period", "none"));
  }

  /** Runs a statement. */
  @FunctionalInterface
  private interface Execute {
    int run(String sql, Object... values);
  }

  private static final String NUMBERS =
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) ";

  private static int fill(Execute sql, long creator) {
    sql.run(
        "INSERT INTO invitation (creator_id, kind, token_hash, uses, uses_left, expires_at,"
            + " created_at) "
            + NUMBERS.formatted(200)
            + "SELECT ?, 'team', ? || n, 1, 1, 99999999999999, 1 FROM numbers",
        creator,
        "i" + creator + "-");
    sql.run(
        "INSERT INTO app_user (email, display_name, password_hash, created_at) "
            + NUMBERS.formatted(200)
            + "SELECT ? || n || '@many.test', 'Many', 'x', 1 FROM numbers",
        "m" + creator + "-");
    return sql.run(
        "INSERT INTO team_member (creator_id, user_id, active, created_at)"
            + " SELECT ?, id, FALSE, 1 FROM app_user WHERE email LIKE ?",
        creator,
        "m" + creator + "-%@many.test");
  }

  private static int follow(Execute sql, long creator, long user) {
    sql.run(
        "INSERT INTO book_request (creator_id, user_id, title, author, status, indexed,"
            + " created_at, updated_at) "
            + NUMBERS.formatted(500)
            + "SELECT ?, ?, 'Volume ' || n, 'Somebody', 'pending', TRUE, 1, 1 FROM numbers",
        creator,
        user);
    return sql.run(
        "INSERT INTO request_follower (request_id, user_id, creator_id, created_at)"
            + " SELECT id, user_id, creator_id, 1 FROM book_request"
            + " WHERE creator_id = ? AND user_id = ? AND title LIKE 'Volume %'",
        creator, user);
  }

  @ParameterizedTest
  @EnumSource
  void theSessionUnusedForLongestEndsForAFurtherOne(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    var user = new UserId(cast.supporter().id());
    var last = server.signInAgain(user, 100);

    assertThat(
            server
                .database()
                .read(
                    tx ->
                        tx.query("SELECT count(*) AS amount FROM session WHERE user_id = ?", user)
                            .single(row -> row.getInt("amount")))
                .join())
        .isEqualTo(100);
    cast.supporter().client().get("/api/me").expect(401);
    new TestClient(server.url(), Optional.of(last)).get("/api/me").expect(200);
  }
}
