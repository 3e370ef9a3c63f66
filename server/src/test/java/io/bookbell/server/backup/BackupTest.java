package io.bookbell.server.backup;

import static io.bookbell.server.request.Status.APPROVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.creator.ProfilePicture;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.storage.schema.DefaultSchema;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jooq.Record;
import org.jooq.Table;
import org.junit.jupiter.api.Test;

/** A backup of either database can be restored completely into either. */
class BackupTest extends DomainTest {
  private static final Set<String> NOT_KEPT =
      Set.of(
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
  void comesBackWholeInTheOtherDatabase() throws IOException {
    UserId creator = domain.creator("mära");
    UserId supporter = domain.supporter(creator, "amara", 3);
    domain.teamMember(creator, "ines");
    ProfilePicture profilePicture = ProfilePicture.of(Images.of("jpeg", 3, 2));
    domain.write(
        tx -> domain.features.pictures.replacePicture(tx, creator, creator, profilePicture));
    long request = domain.ask(supporter, creator, "Ünïcode “quoted”\nsecond line").id();
    domain.answer(creator, request, APPROVED);
    domain.write(tx -> domain.features.sessions.createSession(tx, supporter));
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

  @Test
  void doesNotReplaceAccountsUnlessTold() {
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

  private static String shown(Record row) {
    return row.intoList().stream()
        .map(value -> value instanceof byte[] bytes ? Arrays.toString(bytes) : value + "")
        .toList()
        .toString();
  }

  private static String epoch(Domain domain) {
    return domain.read(tx -> new EpochStore().currentEpoch(tx));
  }

  private static Map<String, List<String>> content(Domain domain) {
    return domain.read(
        tx -> {
          var content = new TreeMap<String, List<String>>();
          for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            if (!NOT_KEPT.contains(table.getName())) {
              content.put(
                  table.getName(),
                  tx.sql().selectFrom(table).fetch(BackupTest::shown).stream().sorted().toList());
            }
          }
          return content;
        });
  }
}
