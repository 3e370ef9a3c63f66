package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.LegacyConfig;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.RedisConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.ReplacedSystem;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both systems give ids, from sequences of their own, and nothing was imported. */
class LegacyIdRangesTest {
  private static final long RESERVED = LegacyImport.RESERVED_IDS;

  @TempDir Path folder;

  private LegacyTables tables;
  private ServerConfig alone;
  private ServerConfig beside;

  @BeforeEach
  void start() {
    tables = LegacyTables.create(TestDatabase.POSTGRESQL, folder);
    alone =
        TestServer.config(
            new PostgresConfig(
                tables.address().replaceFirst("\\?.*", "?currentSchema=bookbell"), "postgres", ""));
    beside = alone.withLegacy(new LegacyConfig(true, Optional.empty()));
  }

  @AfterEach
  void stop() {
    tables.close();
  }

  /** Ids of a new person, of a request and of a reply to it. */
  private record NewIds(Cast cast, long user, long request, long reply) {
    static NewIds on(TestServer server) {
      Cast cast = server.cast();
      long request = cast.supporter().ask(cast.creator(), "Made here");
      var reply =
          cast.supporter()
              .client()
              .post("/api/book-requests/" + request + "/reply", Map.of("body", "Please"))
              .expect(201);
      return new NewIds(cast, cast.creator().id(), request, reply.body().get("id").asLong());
    }
  }

  private NewIds useAlone() {
    try (var server = TestServer.with(alone)) {
      return NewIds.on(server);
    }
  }

  @Test
  void newIdsAreHigherThanAllThere() {
    tables.creator(1);
    tables.supporter(7_000_000, 1, 3, 0);
    tables.user(8_000_000, "team@old.test", "team", "1", null);
    tables.request(5_000_000, 1, 7_000_000, "PENDING");
    tables.reply(6_000_000, 5_000_000, 7_000_000, "Please");
    NewIds first;
    try (var server = TestServer.with(beside)) {
      first = NewIds.on(server);
    }

    assertThat(first.user).isGreaterThan(8_000_000 + RESERVED);
    assertThat(first.request).isGreaterThan(5_000_000 + RESERVED);
    assertThat(first.reply).isGreaterThan(6_000_000 + RESERVED);
    try (var server = TestServer.with(beside)) {
      assertThat(NewIds.on(server).request)
          .as("the next start has nothing to raise")
          .isBetween(first.request, first.request + 1000);
    }
  }

  /** Rows that an export has written. */
  @Test
  void idsThatWereExportedRaiseNothing() {
    NewIds own = useAlone();
    tables.creator(own.user);
    tables.run("UPDATE users SET email = '" + own.cast.creator().email() + "'");
    tables.request(own.request, own.user, own.cast.supporter().id(), "PENDING");
    tables.run("UPDATE book_requests SET title = 'Made here'");
    tables.run(
        "INSERT INTO bookbell.imported_row (kind, creator, id, fingerprint, exported)"
            + " VALUES ('account', 0, %d, '', TRUE), ('request', 0, %d, '', TRUE)"
                .formatted(own.user, own.request));
    try (var server = TestServer.with(beside)) {
      NewIds next = NewIds.on(server);
      assertThat(next.request).isBetween(own.request + RESERVED, own.request + RESERVED + 1000);
    }
  }

  @Test
  void newIdsAreHigherThanThoseOfOtherTablesWhoseIdsAreTexts() throws IOException {
    tables.run("CREATE TABLE orders (number TEXT, reader TEXT)");
    tables.run("INSERT INTO orders VALUES ('9', '1'), ('5000000', '1'), ('n/a', '1'), (NULL, '2')");
    Path mapping = folder.resolve("mapping.sql");
    String people = "NULL::text AS email, NULL AS display_name, NULL AS password_hash";
    Files.writeString(
        mapping,
        """
        -- name: creators
        SELECT 1 AS id, %1$s WHERE FALSE
        -- name: team
        SELECT 1 AS creator_id, 1 AS user_id, %1$s, TRUE AS active WHERE FALSE
        -- name: supporters
        SELECT 1 AS creator_id, 1 AS user_id, %1$s, '' AS tier, 0 AS requests_allowed, 0 AS requests_used WHERE FALSE
        -- name: requests
        SELECT number AS id, reader AS creator_id, reader AS user_id, '' AS title FROM public.orders -- all
        -- name: replies
        SELECT 1 AS id, 1 AS request_id, 1 AS user_id, '' AS body WHERE FALSE
        -- name: consume
        UPDATE public.orders SET reader = reader WHERE number = 'none of ' || :user_id
        -- name: refund
        UPDATE public.orders SET reader = reader WHERE number = 'none of ' || :user_id
        """
            .formatted(people));
    var other = alone.withLegacy(new LegacyConfig(true, Optional.of(mapping)));
    try (var server = TestServer.with(other)) {
      assertThat(NewIds.on(server).request).isGreaterThan(5_000_000 + RESERVED);
    }
  }

  @Test
  void anIdThatStandsForDifferentThingsStopsTheStart() {
    NewIds own = useAlone();
    tables.creator(own.user);

    assertThatThrownBy(() -> TestServer.with(beside))
        .isInstanceOf(DatabaseException.class)
        .hasMessage(
            "BOOKBELL_LEGACY_QUOTA: accounts with the ids %d are others here than in the replaced system, so one would be taken for the other. Import into an empty database before Bookbell is used, or unset BOOKBELL_LEGACY_QUOTA and BOOKBELL_LEGACY_CHANNEL: see docs/moving.md",
            own.user);

    tables.run("DELETE FROM users");
    tables.request(own.request, 55, 56, "PENDING");
    assertThatThrownBy(() -> TestServer.with(beside))
        .hasMessageContaining("requests with the ids " + own.request + " are");

    tables.run("DELETE FROM book_requests");
    tables.reply(own.reply, own.request, 56, "Please");
    assertThatThrownBy(() -> TestServer.with(beside))
        .hasMessageContaining("replies with the ids " + own.reply);
  }

  @Test
  void whatAnExportHasWrittenWithoutNotingItStopsNothing() {
    NewIds own = useAlone();
    Cast cast = own.cast;
    tables.user(own.user, cast.creator().email().toUpperCase(Locale.ROOT), "creator", "NULL", null);
    tables.run(
        "INSERT INTO book_requests (id, creator_id, user_id, title) VALUES (%d, %d, %d, 'Made here')"
            .formatted(own.request, own.user, cast.supporter().id()));
    tables.reply(own.reply, own.request, cast.supporter().id(), "Please");

    assertThatCode(() -> TestServer.with(beside).close()).doesNotThrowAnyException();
  }

  @Test
  void tablesThatCannotBeReadStopTheStart() {
    tables.run("DROP TABLE book_requests");

    assertThatThrownBy(() -> TestServer.with(beside))
        .isInstanceOf(DatabaseException.class)
        .hasMessageStartingWith(
            "BOOKBELL_LEGACY_QUOTA: the replaced system's ids cannot be read: ERROR: relation \"public.book_requests\" does not exist");
  }

  @Test
  void withoutTheTablesTheFirstMillionIsLeftToTheOtherSystem() {
    var channel =
        new RedisConfig(
            URI.create("redis://127.0.0.1:" + FreePort.next()),
            Optional.of(ReplacedSystem.CHANNEL),
            RedisConfig.PREFIX);
    NewIds before = useAlone();
    try (var server = TestServer.with(alone.withRedis(channel))) {
      NewIds first = NewIds.on(server);
      assertThat(before.request).isLessThan(RESERVED);
      assertThat(first.request).isGreaterThan(RESERVED);
      assertThat(first.reply).isGreaterThan(RESERVED);
      assertThat(first.user).isGreaterThan(RESERVED);
    }
  }
}
