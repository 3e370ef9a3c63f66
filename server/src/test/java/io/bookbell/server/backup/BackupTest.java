package io.bookbell.server.backup;

import static io.bookbell.server.request.Status.APPROVED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.activity.ActivityDetails;
import io.bookbell.server.activity.ActivityLog.ActivityFilter;
import io.bookbell.server.activity.ActivityLog.ActivityItem;
import io.bookbell.server.activity.ActivityMigration;
import io.bookbell.server.creator.ProfilePicture;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.json.Json;
import io.bookbell.server.membership.SourceSecrets;
import io.bookbell.server.notification.NotificationDetails;
import io.bookbell.server.notification.NotificationMigration;
import io.bookbell.server.notification.NotificationService.NotificationItem;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.quota.Period;
import io.bookbell.server.storage.TableEraser;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.check.TableDefinitions;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** A backup of either database can be restored completely into either. */
class BackupTest extends DomainTest {
  private static final Set<String> NOT_KEPT =
      Set.of(
          "state_version",
          "source_secret", // see the test of its own
          "source_refresh",
          "patreon_authorization",
          "session",
          "ended_session",
          "login_failure",
          "sign_up_key",
          "ws_ticket",
          "installation",
          "request_count", // derived from the requests
          "request_word", // likewise
          "search_backlog");

  @Test
  void aBackupIsRestoredWholeInTheOtherDatabase() throws IOException {
    UserId creator = domain.creator("mära");
    UserId supporter = domain.supporter(creator, "amara", 3);
    domain.teamMember(creator, "ines");
    ProfilePicture profilePicture = ProfilePicture.of(Images.of("jpeg", 3, 2));
    domain.write(
        tx -> domain.features.pictures.replacePicture(tx, creator, creator, profilePicture));
    long request = domain.ask(supporter, creator, "Ünïcode “quoted”\nsecond line").id();
    domain.answer(creator, request, APPROVED);
    domain.write(
        tx -> domain.features.sessions.createSession(tx, supporter, SessionClient.UNKNOWN));
    Path file = folder.resolve("backup.gz");

    long rows = BackupWriter.writeBackup(domain.database(), file).join();

    for (TestDatabase other : TestDatabase.values()) {
      try (var back = new Domain(other, Files.createDirectory(folder.resolve(other.name())))) {
        String epoch = epoch(back);
        assertThat(BackupRestorer.restoreBackup(back.database(), file, false).join())
            .isEqualTo(rows);

        assertThat(content(back)).isEqualTo(content(domain));
        assertThat(epoch(back)).isNotEqualTo(epoch(domain)).isNotEqualTo(epoch);
        assertThat(back.breaches()).isEmpty();
        assertThat(back.ask(supporter, creator, "The next").id()).isGreaterThan(request);
      }
    }
  }

  /** Before schema version 13, activity and notifications had English texts and no details. */
  @Test
  void aBackupOfAnOlderSchemaIsRestored() throws IOException {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "amara", 3);
    domain.ask(supporter, creator, "Kindred");
    domain.write(
        tx ->
            tx.update("UPDATE activity SET detail = 'Kindred' WHERE request_id IS NOT NULL")
                + tx.update("UPDATE activity SET detail = 'amara' WHERE kind = 'supporter_joined'")
                + tx.update("UPDATE activity SET detail = 'Tier: 3' WHERE kind = 'tier_created'")
                + tx.update("UPDATE notification SET text = 'amara requested “Kindred”'"));
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    Path older = zip(withoutDetails(unzip(file)));

    BackupRestorer.checkFile(older);
    BackupRestorer.restoreBackup(domain.database(), older, true).join();

    for (int step = 1; step <= 2; step++) {
      assertThat(activities(creator))
          .containsExactly(
              new ActivityDetails.RequestDetails("Kindred"),
              new ActivityDetails.SupporterDetails(null, "amara", null),
              new ActivityDetails.TierDetails("Tier", 3, "none", List.of()));
      assertThat(notifications(creator))
          .containsExactly(new NotificationDetails.CreatedDetails("Kindred", null, "amara"));
      domain.write(ActivityMigration::migrateBatch);
      domain.write(NotificationMigration::migrateBatch);
    }
    assertThat(content(domain).get("activity")).hasSize(3).noneMatch(row -> row.endsWith("null]"));
    assertThat(domain.breaches()).isEmpty();
  }

  /** A backup's lines without the columns that schema version 13 has added at the end. */
  private static List<String> withoutDetails(List<String> lines) {
    var older = new ArrayList<String>();
    boolean inTable = false;
    for (String line : lines) {
      if (line.startsWith("{")) {
        inTable = line.matches("\\{\"table\":\"(activity|notification)\".*");
      }
      older.add(
          inTable ? line.replaceFirst(",(\"details\"|\"\\{(\\\\.|[^\"\\\\])*\")]", "]") : line);
    }
    assertThat(older).isNotEqualTo(lines).noneMatch(line -> line.endsWith("\"details\"]"));
    return older;
  }

  private List<ActivityDetails> activities(UserId creator) {
    var page = new PageRequest(100, Optional.empty());
    return domain
        .read(
            tx -> domain.features.activity.listLater(tx, creator, ActivityFilter.NONE, page).get())
        .items()
        .stream()
        .map(ActivityItem::details)
        .toList();
  }

  private List<NotificationDetails> notifications(UserId user) {
    var page = new PageRequest(100, Optional.empty());
    return domain.read(tx -> domain.features.notifications.list(tx, user, page)).items().stream()
        .map(NotificationItem::details)
        .toList();
  }

  @Test
  void aRestoreReplacesNoAccountsUnlessAskedTo() {
    domain.creator("mara");
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    domain.account("later");

    assertThatThrownBy(() -> BackupRestorer.restoreBackup(domain.database(), file, false).join())
        .hasRootCauseInstanceOf(BackupRestorer.RestoreException.class)
        .hasMessageContaining("--replace");
    BackupRestorer.restoreBackup(domain.database(), file, true).join();

    assertThat(content(domain).get("app_user")).hasSize(1);
  }

  @Test
  void aBrokenFileChangesNothing() throws IOException {
    domain.creator("mara");
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    byte[] whole = Files.readAllBytes(file);
    Path half = Files.write(folder.resolve("half.gz"), Arrays.copyOf(whole, whole.length / 2));
    Path none = Files.writeString(folder.resolve("none.gz"), "no backup");
    Map<String, List<String>> before = content(domain);

    assertThatThrownBy(() -> BackupRestorer.restoreBackup(domain.database(), half, true).join())
        .isNotNull();
    assertThatThrownBy(() -> BackupRestorer.restoreBackup(domain.database(), none, true).join())
        .hasMessageContaining("is not a backup of Bookbell");

    assertThat(content(domain)).isEqualTo(before);
  }

  /** Whole as gzip, but with too few, too many or wrong lines in it. */
  @Test
  void aFileThatIsNotCompleteChangesNothing() throws IOException {
    domain.creator("mara");
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    List<String> lines = unzip(file);
    var doubled = new ArrayList<>(lines);
    doubled.addAll(lines);
    List<String> withText =
        lines.stream().map(line -> line.replaceFirst("^\\[1,", "[\"one\",")).toList();
    assertThat(withText).isNotEqualTo(lines);
    Map<String, List<String>> before = content(domain);

    for (int kept = 0; kept < lines.size(); kept++) {
      refuses(lines.subList(0, kept));
    }
    refuses(doubled);
    refuses(withText);
    assertThat(content(domain)).isEqualTo(before);
  }

  @Test
  void whatIsReplacedIsGoneFromEveryTable() {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "amara", 3);
    domain.ask(supporter, creator, "Kindred");
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    domain.write(
        tx ->
            tx.update(
                    "INSERT INTO address_change (user_id, email, token_hash, expires_at)"
                        + " VALUES (?, 'new@test.example', 'x', 0)",
                    supporter)
                + tx.update(
                    "INSERT INTO news_service (kind, failures, failing_since, retry_at, error)"
                        + " VALUES ('mail', 1, 0, 0, 'down')"));
    addNews(domain);

    BackupRestorer.restoreBackup(domain.database(), file, true).join();

    assertThat(content(domain))
        .containsEntry("address_change", List.of())
        .containsEntry("news_service", List.of())
        .containsEntry("outbox_item", List.of());
    assertThat(domain.breaches()).isEmpty();
    domain.write(
        tx -> {
          TableEraser.eraseAllRows(tx);
          return true;
        });
    for (TableDefinition table : TableDefinitions.readTables()) {
      assertThat(domain.<List<String>>read(tx -> rows(tx, table))).as(table.name()).isEmpty();
    }
  }

  /** Receivers know what was sent to them by its id. */
  @Test
  void newsAfterARestoreHaveNoIdsThatWereUsedBefore() throws IOException {
    domain.creator("mara");
    addNews(domain);
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    long last = addNews(domain);
    domain.passes(Duration.ofSeconds(1));

    for (TestDatabase other : TestDatabase.values()) {
      try (var back = new Domain(other, Files.createDirectory(folder.resolve(other.name())))) {
        BackupRestorer.restoreBackup(back.database(), file, false).join();
        long first = addNews(back);
        assertThat(first).isGreaterThan(last);

        back.passes(Duration.ofSeconds(1));
        BackupRestorer.restoreBackup(back.database(), file, true).join();
        assertThat(addNews(back)).isGreaterThan(first);
      }
    }
  }

  private static long addNews(Domain domain) {
    return domain.write(tx -> new OutboxStore().addForTarget(tx, 1, "test", "{}"));
  }

  /** Before schema version 20, nothing told when a period turns. */
  @Test
  void periodsOfAnOlderBackupTurn() throws IOException {
    UserId creator = domain.creator("mara");
    UserId reader =
        domain.join(creator, domain.account("amara"), domain.tier(creator, 3, Period.MONTH));
    UserId former =
        domain.join(creator, domain.account("kofi"), domain.tier(creator, 4, Period.MONTH));
    domain.write(
        tx -> {
          domain.features.membershipEnding.remove(tx, creator, creator, former);
          return true;
        });
    domain.ask(reader, creator, "Kindred");
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();

    BackupRestorer.restoreBackup(
            domain.database(), zip(without("membership", "turns_at", unzip(file))), true)
        .join();
    domain.passes(Duration.ofDays(40));
    while (domain.write(domain.features.periodTurns::renewBatch)) {
      // the next step
    }

    assertThat(
            domain.<List<String>>read(
                tx ->
                    tx.query("SELECT period_key, used FROM membership ORDER BY user_id")
                        .list(row -> row.getString("period_key") + " " + row.getInt("used"))))
        .containsExactly("2026-06 0", "2026-05 0");
  }

  /** Nobody can read members with what is in a backup, and Ko-fi's payments count at once. */
  @Test
  void ofTheSecretsOfServicesOnlyTheHashOfKofisComesBack() {
    UserId creator = domain.creator("mara");
    domain.write(
        tx -> {
          for (String source : List.of("patreon", "kofi")) {
            domain.features.sources.connect(tx, creator, creator, source, "1", "Mara", null);
            new SourceSecrets().store(tx, creator, source, "secret of " + source);
          }
          return true;
        });
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();
    BackupRestorer.restoreBackup(domain.database(), file, true).join();

    assertThat(
            domain.<List<String>>read(
                tx ->
                    tx.query("SELECT content FROM source_secret")
                        .list(row -> row.getString("content"))))
        .containsExactly("secret of kofi");
  }

  /** Before schema version 34, nothing told which tiers the sources don't give any more. */
  @Test
  void supportersKeepTheTiersOfDisconnectedSourcesAfterARestoreOfAnOlderBackup()
      throws IOException {
    UserId creator = domain.creator("mara");
    UserId kept = domain.supporter(creator, "amara", 3);
    UserId followed = domain.supporter(creator, "kofi", 4);
    domain.write(
        tx -> {
          domain.features.sources.connect(tx, creator, creator, "patreon", "1", "Mara", null);
          for (UserId each : List.of(kept, followed)) {
            tx.update(
                "INSERT INTO source_supporter (creator_id, user_id, tier_id, kept)"
                    + " VALUES (?, ?, 1, ?)",
                creator,
                each,
                each.equals(kept));
          }
          return tx.update(
              "INSERT INTO source_member (creator_id, source, external_id, user_id, state, tiers,"
                  + " tier_id, seen) VALUES (?, 'patreon', '7', ?, 'active', '[]', 1, 0)",
              creator,
              followed);
        });
    Map<String, List<String>> before = content(domain);
    Path file = folder.resolve("backup.gz");
    BackupWriter.writeBackup(domain.database(), file).join();

    Path older = zip(without("source_supporter", "kept", unzip(file)));
    BackupRestorer.restoreBackup(domain.database(), older, true).join();

    assertThat(content(domain).get("source_supporter")).isEqualTo(before.get("source_supporter"));
  }

  /** A backup's lines without a column of a table. */
  private static List<String> without(String table, String column, List<String> lines)
      throws IOException {
    var older = new ArrayList<String>();
    int place = -1;
    for (String line : lines) {
      JsonNode json = Json.readTree(line);
      if (json.isObject()) {
        place = -1;
        if (json.path("table").asText().equals(table)) {
          for (JsonNode each : json.path("columns")) {
            place++;
            if (each.asText().equals(column)) {
              break;
            }
          }
          ((ArrayNode) json.path("columns")).remove(place);
        }
      } else if (place >= 0) {
        ((ArrayNode) json).remove(place);
      }
      older.add(Json.writeAsString(json));
    }
    return older;
  }

  private void refuses(List<String> lines) throws IOException {
    Path file = zip(lines);
    assertThatThrownBy(() -> BackupRestorer.restoreBackup(domain.database(), file, true).join())
        .as("%s lines", lines.size())
        .hasRootCauseInstanceOf(BackupRestorer.RestoreException.class);
  }

  private Path zip(List<String> lines) throws IOException {
    Path file = folder.resolve("changed.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(String.join("\n", lines).getBytes(UTF_8));
    }
    return file;
  }

  private static List<String> unzip(Path file) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }

  private static String shown(SqlRow row, List<ColumnDefinition> columns) throws SQLException {
    var values = new ArrayList<Object>();
    for (ColumnDefinition column : columns) {
      values.add(
          switch (column.type()) {
            case NUMBER -> row.findLong(column.name());
            case TEXT -> row.findString(column.name());
            case BOOLEAN -> row.findBoolean(column.name());
            case BYTES -> Arrays.toString(row.findBytes(column.name()));
          });
    }
    return values.toString();
  }

  private static String epoch(Domain domain) {
    return domain.read(tx -> new EpochStore().currentEpoch(tx));
  }

  private static Map<String, List<String>> content(Domain domain) {
    return domain.read(
        tx -> {
          var content = new TreeMap<String, List<String>>();
          for (TableDefinition table : TableDefinitions.readTables()) {
            if (!NOT_KEPT.contains(table.name())) {
              content.put(table.name(), rows(tx, table));
            }
          }
          return content;
        });
  }

  private static List<String> rows(Transaction tx, TableDefinition table) {
    String columns =
        String.join(", ", table.columns().stream().map(ColumnDefinition::name).toList());
    return tx
        .query("SELECT %s FROM %s".formatted(columns, table.name()))
        .list(row -> shown(row, table.columns()))
        .stream()
        .sorted()
        .toList();
  }
}
