package io.bookbell.server.storage.migration;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bookbell.hub.UserId;
import io.bookbell.server.Services;
import io.bookbell.server.activity.ActivityDetails;
import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.ProfileDetails;
import io.bookbell.server.activity.ActivityDetails.RequestDetails;
import io.bookbell.server.activity.ActivityDetails.TextDetails;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.ActivityLog.ActivityFilter;
import io.bookbell.server.activity.ActivityLog.ActivityItem;
import io.bookbell.server.activity.ActivityMigration;
import io.bookbell.server.activity.FieldChange;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.notification.NotificationMigration;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteDataSource;

/**
 * Upgrades every released schema to the newest one. The first and the newest of them are filled
 * with 100,000 rows: what is slow from the others is slow from the first. Those have 4,000 rows.
 */
class UpgradeTest {
  private static final int NEWEST_RELEASED = 28;

  /** The schemas between these were never released by themselves: 0.2.0 has the newest of them. */
  private static final List<Integer> RELEASED =
      IntStream.concat(IntStream.rangeClosed(1, 12), IntStream.of(NEWEST_RELEASED))
          .boxed()
          .toList();

  private static final int MANY_REQUESTS = 12_500;
  private static final int SUPPORTERS = 500;
  private static final String SUPPORTER_NUMBERS = numbers(SUPPORTERS);

  @TempDir private Path folder;

  /** A multiple of the number of supporters. */
  private static int requestsOf(int version) {
    return version == 1 || version == NEWEST_RELEASED ? MANY_REQUESTS : SUPPORTERS;
  }

  /** The details of the newest rows of the activity log, once they are facts. */
  private static List<ActivityDetails> newestDetails(int requests) {
    return List.of(
        new TextDetails("creator_changed", "Something else"),
        new GrantDetails(null, "Reader 1", 2, "Birthday"),
        new ProfileDetails(List.of(new FieldChange(ChangedField.ACCEPTING, true, false))),
        new RequestDetails("Book " + requests));
  }

  static Stream<Arguments> releasedSchemas() {
    return Stream.of(TestDatabase.values())
        .flatMap(database -> RELEASED.stream().map(version -> Arguments.of(database, version)));
  }

  @ParameterizedTest
  @MethodSource("releasedSchemas")
  void everyReleasedSchemaIsUpgradedWithItsRows(TestDatabase database, int version)
      throws Exception {
    int requests = requestsOf(version);
    StorageConfig storageConfig = database.createWithoutSchema(folder);
    lay(storageConfig, version, rows(requests));
    ListAppender<ILoggingEvent> told = listenTo(MigrationProgress.class);

    try (var data = OpenDatabase.forServing(storageConfig)) {
      var verificationReport = InvariantVerifier.verifyInvariants(data.database()).join();
      assertThat(verificationReport.breaches()).isEmpty();
      assertThat(verificationReport.requests()).isEqualTo(requests);
      assertThat(verificationReport.inboxRows()).isEqualTo(2 * requests);
      assertThat(newestActivities(data.database()))
          .containsExactlyElementsOf(newestDetails(requests));
      if (version == 1) {
        textsBecomeFacts(data.database(), requests);
      }
    } finally {
      silence(MigrationProgress.class, told);
    }
    List<String> lines = told.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(lines.getFirst())
        .matches("Migration 1 of [0-9]+ \\(V%d, .+\\) begins".formatted(version + 1));
    assertThat(lines).anyMatch(line -> line.matches("Migration 1 of .* took [0-9]+ s"));
  }

  /** In the background, after all migrations, so it's the same from whichever schema. */
  private static void textsBecomeFacts(Database database, int requests) {
    while (database.write(NotificationMigration::migrateBatch).join()) {
      // the next step
    }
    while (database.write(ActivityMigration::migrateBatch).join()) {
      // the next step
    }
    assertThat(newestActivities(database)).containsExactlyElementsOf(newestDetails(requests));
    assertThat(count(database, "activity WHERE details IS NULL OR detail <> ''")).isZero();
    assertThat(count(database, "notification WHERE details IS NULL OR text <> ''")).isZero();
    assertThat(
            count(
                database,
                "notification WHERE kind = 'request_created'"
                    + " AND details = '{\"title\":\"Book '||request_id||'\",\"supporter_name\":\"Amara\"}'"))
        .isEqualTo(requests - 1);
    assertThat(
            count(
                database,
                "notification WHERE kind = 'text'"
                    + " AND details = '{\"kind\":\"new_request\",\"text\":\"A new request\"}'"))
        .isOne();
  }

  private static List<ActivityDetails> newestActivities(Database database) {
    ActivityLog activityLog = new Services(Services.ClientNotifier.noOp()).activity;
    return database
        .read(
            tx ->
                activityLog
                    .listLater(
                        tx,
                        new UserId(1),
                        ActivityFilter.NONE,
                        new PageRequest(4, Optional.empty()))
                    .get())
        .join()
        .items()
        .stream()
        .map(ActivityItem::details)
        .toList();
  }

  private static int count(Database database, String where) {
    return database
        .read(
            tx ->
                tx.query("SELECT count(*) AS amount FROM " + where)
                    .single(row -> row.getInt("amount")))
        .join();
  }

  private static ListAppender<ILoggingEvent> listenTo(Class<?> source) {
    var told = new ListAppender<ILoggingEvent>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger(source);
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(told);
    return told;
  }

  private static void silence(Class<?> source, ListAppender<ILoggingEvent> told) {
    Logger logger = (Logger) LoggerFactory.getLogger(source);
    logger.detachAppender(told);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  /** A database or a role may have default timeouts. */
  @Test
  void migrationsHaveNoLimitOfTime() throws Exception {
    StorageConfig storageConfig = TestDatabase.POSTGRESQL.createWithoutSchema(folder);
    try (var connection = source(storageConfig).getConnection();
        var statement = connection.createStatement()) {
      String name = connection.getCatalog();
      statement.execute("ALTER DATABASE " + name + " SET statement_timeout = 1");
      statement.execute("ALTER DATABASE " + name + " SET idle_in_transaction_session_timeout = 1");
      statement.execute("ALTER DATABASE " + name + " SET lock_timeout = 1");
    }

    try (var data = OpenDatabase.forServing(storageConfig)) {
      assertThat(data.database().checkHealth().get(20, SECONDS)).isNull();
      assertThat(setting(data, "lock_timeout")).as("while serving").isEqualTo("0");
    }
  }

  /** Verify, backup and restore process all stored data, which may take long. */
  @Test
  void whatGoesThroughEverythingHasNoLimitOfTime() throws Exception {
    StorageConfig storageConfig = TestDatabase.POSTGRESQL.createWithoutSchema(folder);
    try (var data = OpenDatabase.forMaintenance(storageConfig);
        var beside = OpenDatabase.forConcurrentAccess(storageConfig)) {
      assertThat(limit(data)).isEqualTo("0");
      assertThat(limit(beside)).isEqualTo("0");
    }
    try (var data = OpenDatabase.forServing(storageConfig)) {
      assertThat(limit(data)).isEqualTo("5s");
    }
  }

  private static String limit(OpenDatabase data) throws Exception {
    return setting(data, "statement_timeout");
  }

  private static String setting(OpenDatabase data, String name) throws Exception {
    return data.database()
        .read(tx -> tx.query("SHOW " + name).single(row -> row.getString(name)))
        .get(20, SECONDS);
  }

  @Test
  void anotherNodeWaitsAndLogsThat() throws Exception {
    StorageConfig storageConfig = TestDatabase.POSTGRESQL.createWithoutSchema(folder);
    ListAppender<ILoggingEvent> told = listenTo(MigrationLock.class);
    CompletableFuture<OpenDatabase> other;
    try (var _ = MigrationLock.acquireLock(source(storageConfig), Duration.ofSeconds(10))) {
      other = CompletableFuture.supplyAsync(() -> OpenDatabase.forServing(storageConfig));
      Awaitility.await("a node that waits").until(() -> !told.list.isEmpty());
      assertThat(told.list.getFirst().getFormattedMessage()).startsWith("Waiting for another node");
      assertThat(other).isNotDone();
    } finally {
      silence(MigrationLock.class, told);
    }

    try (OpenDatabase data = other.get(60, SECONDS)) {
      assertThat(InvariantVerifier.verifyInvariants(data.database()).join().breaches()).isEmpty();
    }
  }

  private static void lay(StorageConfig storageConfig, int version, List<String> rows)
      throws Exception {
    DataSource source = source(storageConfig);
    Flyway.configure()
        .dataSource(source)
        .locations(
            "classpath:"
                + (storageConfig instanceof StorageConfig.SqliteConfig
                    ? "db/sqlite"
                    : "db/postgresql"))
        .target(Integer.toString(version))
        .load()
        .migrate();
    try (var connection = source.getConnection();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String each : rows) {
        statement.execute(each);
      }
      connection.commit();
    }
  }

  private static DataSource source(StorageConfig storageConfig) throws Exception {
    return switch (storageConfig) {
      case StorageConfig.SqliteConfig(Path data) -> {
        Files.createDirectories(data);
        var sqlite = new SQLiteDataSource();
        sqlite.setUrl("jdbc:sqlite:" + data.resolve("bookbell.db"));
        yield sqlite;
      }
      case StorageConfig.PostgresConfig(String url, String user, String password) -> {
        var postgres = new PGSimpleDataSource();
        postgres.setUrl(url);
        postgres.setUser(user);
        postgres.setPassword(password);
        yield postgres;
      }
    };
  }

  /** The numbers from 1 on, in SQL that both databases understand. */
  private static String numbers(int most) {
    return "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + most
        + ") ";
  }

  /** One creator, 500 supporters and the rows of requests, in the columns of the first schema. */
  private static List<String> rows(int requests) {
    String requestNumbers = numbers(requests);
    String asker = "(2 + (i - 1) % " + SUPPORTERS + ")";
    String round = "((i - 1) / " + SUPPORTERS + " + 1)";
    int each = requests / SUPPORTERS;
    return List.of(
        "INSERT INTO installation (id, epoch, created_at) VALUES (1, 'epoch', 0)",
        "INSERT INTO app_user (id, email, display_name, password_hash, created_at)"
            + " VALUES (1, 'creator@demo.test', 'Mara', 'x', 0)",
        "INSERT INTO app_user (id, email, display_name, password_hash, created_at) "
            + SUPPORTER_NUMBERS
            + "SELECT i + 1, 'reader' || i || '@demo.test', 'Reader ' || i, 'x', 0 FROM n",
        "INSERT INTO creator (id, name, pending_count, created_at) VALUES (1, 'Mara', %d, 0)"
            .formatted(requests),
        "INSERT INTO tier (id, creator_id, name, requests_allowed, period, created_at)"
            + " VALUES (1, 1, 'Patron', 1000, 'none', 0)",
        "INSERT INTO membership (creator_id, user_id, tier_id, period_key, used, created_at) "
            + SUPPORTER_NUMBERS
            + "SELECT 1, i + 1, 1, 'none', %d, 0 FROM n".formatted(each),
        "INSERT INTO book_request (id, creator_id, user_id, title, author, status, created_at,"
            + " updated_at) "
            + requestNumbers
            + "SELECT i, 1, %s, 'Book ' || i, 'Le Guin', 'pending', i, i FROM n".formatted(asker),
        "INSERT INTO quota_ledger (id, creator_id, user_id, kind, amount, request_id, period_key,"
            + " used_after, allowed, actor_id, created_at) "
            + requestNumbers
            + "SELECT i, 1, %s, 'consume', 1, i, 'none', %s, 1000, %s, i FROM n"
                .formatted(asker, round, asker),
        "INSERT INTO activity (id, creator_id, actor_id, kind, request_id, detail, created_at) "
            + requestNumbers
            + "SELECT i, 1, %s, 'request_created', i, 'Book ' || i, i FROM n".formatted(asker),
        "INSERT INTO activity (id, creator_id, actor_id, kind, detail, created_at) VALUES"
            + " (20001, 1, 1, 'creator_changed', 'Requests paused', 20001),"
            + " (20002, 1, 1, 'quota_granted', 'Reader 1: +2, Birthday', 20002),"
            + " (20003, 1, 1, 'creator_changed', 'Something else', 20003)",
        "INSERT INTO notification (id, creator_id, kind, request_id, text, created_at) "
            + requestNumbers
            + "SELECT i, 1, 'request_created', i, 'Amara asks for “Book ' || i || '”', i FROM n",
        "UPDATE notification SET kind = 'new_request', text = 'A new request' WHERE id = 1",
        "INSERT INTO notification_recipient (user_id, notification_id, creator_id, as_admin) "
            + requestNumbers
            + "SELECT 1, i, 1, TRUE FROM n",
        "INSERT INTO message (id, request_id, revision, body, created_at) "
            + requestNumbers
            + "SELECT i, i, 1, '{\"type\": \"book_request_update\", \"action\": \"created\"}', i"
            + " FROM n",
        "INSERT INTO inbox_head (user_id, seq) VALUES (1, %d)".formatted(requests),
        "INSERT INTO inbox_head (user_id, seq) "
            + SUPPORTER_NUMBERS
            + "SELECT i + 1, %d FROM n".formatted(each),
        "INSERT INTO inbox (user_id, seq, message_id) " + requestNumbers + "SELECT 1, i, i FROM n",
        "INSERT INTO inbox (user_id, seq, message_id) "
            + requestNumbers
            + "SELECT %s, %s, i FROM n".formatted(asker, round));
  }
}
