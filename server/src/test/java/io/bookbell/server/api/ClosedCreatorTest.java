package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator closes a creator while somebody else does something with the account. PostgreSQL runs
 * both at once; a lock on the account decides who comes first.
 */
class ClosedCreatorTest {
  @TempDir Path folder;

  private PostgresConfig storage;
  private TestServer server;
  private Person operator;

  /** A creator without supporters and a team. */
  private Person creator;

  @BeforeEach
  void start() {
    storage = (PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    server = TestServer.demo(TestServer.config(storage));
    operator = server.cast().creator();
    Cast cast = server.cast();
    creator = cast.stranger();
    server
        .database()
        .write(tx -> tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", operator.id()))
        .join();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String account() {
    return "/api/operator/accounts/" + creator.id();
  }

  private Reply close() {
    return operator.client().delete(account() + "/creator");
  }

  private Reply handOver() {
    var wanted = Map.of("email", "zora@owner.test", "password", TestServer.PASSWORD);
    return creator.client().post("/api/creators/" + creator.id() + "/handover", wanted);
  }

  @Test
  void aHandoverThatHasBegunIsRefused() throws Exception {
    assertThat(afterClosing(this::handOver).status()).isEqualTo(404);

    operator.client().post(account() + "/creator", Map.of("name", "Again")).expect(200);
    String handover = "/api/creators/" + creator.id() + "/handover";
    assertThat(creator.client().get(handover).expect(200).body().path("pending").isContainerNode())
        .isFalse();
  }

  @Test
  void theAccountIsDisabledAllTheSame() throws Exception {
    Reply disabled = afterClosing(() -> operator.client().post(account() + "/disable", ""));

    disabled.expect(200);
    creator.client().get("/api/me").expect(401);
  }

  /** A join that is committed while the new owner waits for the account. */
  @Test
  void aTieThatBeginsDuringAHandoverEndsWithIt() throws Exception {
    long other = operator.id();
    var takeOver =
        Map.of(
            "token",
            handOver().expect(201).body().get("url").asText().split("#", 2)[1],
            "display_name",
            "Zora",
            "password",
            "eleven green pears");
    try (Connection connection =
        DriverManager.getConnection(storage.url(), storage.user(), storage.password())) {
      connection.setAutoCommit(false);
      run(connection, "SELECT 1 FROM app_user WHERE id = " + creator.id() + " FOR UPDATE");
      var taken =
          CompletableFuture.supplyAsync(
              () -> server.client().post("/api/auth/take-over", takeOver));
      awaitWaiting(1);
      run(
          connection,
          "INSERT INTO team_member (creator_id, user_id, active, created_at) VALUES (%d, %d, TRUE, 1)"
              .formatted(other, creator.id()));
      connection.commit();

      taken.join().expect(200);
      String teams = "SELECT user_id FROM team_member WHERE active AND user_id = ?";
      assertThat(
              server
                  .database()
                  .read(tx -> tx.query(teams, creator.id()).list(row -> row.getLong("user_id")))
                  .join())
          .isEmpty();
    }
  }

  @Test
  void aDeletedAccountIsNotClosed() {
    String password = "{\"password\":\"" + TestServer.PASSWORD + "\"}";
    creator.client().send("DELETE", "/api/me", password, Map.of()).expect(204);

    close().expect(404);
  }

  @Test
  void formerSupportersStillSeeTheirRequests() {
    Cast cast = server.cast();
    Person owner = cast.creator();
    String request = "/api/book-requests/" + cast.supporter().ask(owner, "Piranesi");
    String ofOwner = "?creator_id=" + owner.id();
    owner.client().delete("/api/team/" + cast.team().id() + ofOwner).expect(204);
    for (Person supporter : List.of(cast.supporter(), cast.other())) {
      owner.client().delete("/api/supporters/" + supporter.id() + ofOwner).expect(204);
    }
    operator.client().delete("/api/operator/accounts/" + owner.id() + "/creator").expect(204);

    assertThat(cast.supporter().client().get(request).expect(200).body().get("title").asText())
        .isEqualTo("Piranesi");
    cast.supporter().client().get(request + "/replies").expect(200);
    cast.other().client().get(request).expect(404);
  }

  /** Sends a command that waits until the creator is closed. */
  private Reply afterClosing(Supplier<Reply> command) throws Exception {
    try (Connection connection =
        DriverManager.getConnection(storage.url(), storage.user(), storage.password())) {
      connection.setAutoCommit(false);
      run(connection, "SELECT 1 FROM app_user WHERE id = " + creator.id() + " FOR UPDATE");
      var closing = CompletableFuture.supplyAsync(this::close);
      awaitWaiting(1);
      var second = CompletableFuture.supplyAsync(command);
      awaitWaiting(2);
      connection.rollback();
      closing.join().expect(204);
      return second.join();
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void awaitWaiting(int transactions) {
    Awaitility.await()
        .until(
            () ->
                server
                        .database()
                        .read(
                            tx ->
                                tx.query(
                                        "SELECT count(*) AS amount FROM pg_stat_activity WHERE"
                                            + " wait_event_type = 'Lock' AND datname ="
                                            + " current_database()")
                                    .single(row -> row.getInt("amount")))
                        .join()
                    == transactions);
  }
}
