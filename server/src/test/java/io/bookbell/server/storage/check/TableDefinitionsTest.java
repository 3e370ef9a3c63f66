package io.bookbell.server.storage.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.check.TableDefinition.ColumnType;
import io.bookbell.server.storage.check.TableDefinition.ForeignKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables as all migrations together make them. */
class TableDefinitionsTest {
  private static final List<TableDefinition> TABLES = TableDefinitions.readTables();

  @Test
  void tablesAreThoseThatAreLeftInTheEnd() {
    assertThat(TABLES)
        .extracting(TableDefinition::name)
        .isSorted()
        .contains("app_user", "session", "book_request", "quota_ledger", "request_word")
        .doesNotContain("quota_ledger_new", "book_request_text")
        .noneMatch(name -> name.startsWith("sqlite_"));
  }

  @Test
  void columnsAreInTheOrderOfTheMigrations() {
    assertThat(table("login_failure").columns())
        .containsExactly(
            new ColumnDefinition("email_hash", ColumnType.TEXT, true),
            new ColumnDefinition("failures", ColumnType.NUMBER, true),
            new ColumnDefinition("window_ends_at", ColumnType.NUMBER, true));
    assertThat(table("activity").columns())
        .extracting(ColumnDefinition::name)
        .containsExactly(
            "id",
            "creator_id",
            "actor_id",
            "kind",
            "request_id",
            "detail",
            "created_at",
            "details");
  }

  @Test
  void columnsHaveTypesAndMayBeRequired() {
    TableDefinition user = table("app_user");

    assertThat(user.findColumn("id"))
        .as("SQLite does not call it NOT NULL")
        .contains(new ColumnDefinition("id", ColumnType.NUMBER, true));
    assertThat(user.findColumn("operator"))
        .contains(new ColumnDefinition("operator", ColumnType.BOOLEAN, true));
    assertThat(user.findColumn("name_key"))
        .contains(new ColumnDefinition("name_key", ColumnType.TEXT, false));
    assertThat(user.findColumn("email_key")).isEmpty();
    assertThat(table("creator_picture").findColumn("content"))
        .contains(new ColumnDefinition("content", ColumnType.BYTES, true));
  }

  @Test
  void keysAreThosePrimaryAndUnique() {
    assertThat(table("app_user").uniqueKeys())
        .containsExactlyInAnyOrder(List.of("id"), List.of("email"));
    assertThat(table("tier").uniqueKeys())
        .as("of the table that replaced the first one")
        .containsExactlyInAnyOrder(List.of("id"), List.of("creator_id", "id"));
    assertThat(table("request_word").uniqueKeys())
        .containsExactly(List.of("creator_id", "word", "request_id"));
    assertThat(table("quota_ledger").uniqueKeys())
        .as("of the table that replaced the first one")
        .containsExactly(List.of("id"));
  }

  @Test
  void foreignKeysNameTheirTables() {
    assertThat(table("membership").foreignKeys())
        .containsExactlyInAnyOrder(
            new ForeignKey(List.of("creator_id"), "creator"),
            new ForeignKey(List.of("user_id"), "app_user"),
            new ForeignKey(List.of("creator_id", "tier_id"), "tier"));
    assertThat(table("ws_ticket").foreignKeys())
        .containsExactly(new ForeignKey(List.of("session_hash"), "session"));
    assertThat(table("session").foreignKeys())
        .containsExactly(new ForeignKey(List.of("user_id"), "app_user"));
    assertThat(table("login_failure").foreignKeys()).isEmpty();
  }

  @Test
  void checksAreCountedWithThoseOfAddedColumns() {
    assertThat(table("login_failure").checks()).isEqualTo(1);
    assertThat(table("inbox_head").checks()).isEqualTo(4);
    assertThat(table("quota_ledger").checks()).isEqualTo(7);
    assertThat(table("session").checks()).isZero();
  }

  private static TableDefinition table(String name) {
    return TABLES.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }
}
