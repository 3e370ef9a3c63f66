package io.bookbell.server.backup;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.check.TableDefinitions;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tables in a backup: all except those of sessions, sign-ins, derived data, and versions that
 * start again with a new epoch. Each comes after the tables it references. Of the secrets of
 * membership services, only those are in it that nobody can read anything with.
 */
final class BackupTables {
  private static final List<String> NAMES =
      List.of(
          "installation",
          "app_user",
          "name_erasure",
          "idempotency_key",
          "api_key",
          "oidc_identity",
          "passkey",
          "creator",
          "creator_picture",
          "tier",
          "tier_announcement",
          "membership",
          "team_member",
          "invitation",
          "book_request",
          "reply",
          "request_follower",
          "receipt",
          "canned_response",
          "quota_ledger",
          "tier_change",
          "membership_source",
          "source_secret",
          "source_tier",
          "source_member",
          "source_supporter",
          "source_account",
          "activity",
          "notification",
          "notification_recipient",
          "inbox_head",
          "message",
          "inbox",
          "news_target",
          "news_subscription",
          "news_preference",
          "push_key",
          "imported_row");

  /** Ko-fi's is a hash of what Ko-fi sends, and can't be asked for again without the creator. */
  private static final Map<String, String> SOME_ROWS =
      Map.of("source_secret", " WHERE source = 'kofi'");

  private static volatile @Nullable List<TableDefinition> definitions;

  private BackupTables() {}

  /** Returns the tables, each after those that it refers to. */
  static List<TableDefinition> inOrder() {
    List<TableDefinition> known = definitions;
    if (known == null) {
      known = readDefinitions();
      definitions = known;
    }
    return known;
  }

  private static List<TableDefinition> readDefinitions() {
    Map<String, TableDefinition> byName =
        TableDefinitions.readTables().stream().collect(toMap(TableDefinition::name, identity()));
    return NAMES.stream().map(name -> Optional.ofNullable(byName.get(name)).orElseThrow()).toList();
  }

  /** Returns the statement that reads the rows of a table that a backup contains. */
  static String selectRows(TableDefinition table) {
    return table.columns().stream()
        .map(ColumnDefinition::name)
        .collect(
            joining(
                ", ",
                "SELECT ",
                " FROM " + table.name() + SOME_ROWS.getOrDefault(table.name(), "")));
  }

  /** A value as the database stores it: a number, a string, a boolean, bytes or null. */
  static @Nullable Object readValue(SqlRow row, ColumnDefinition column) throws SQLException {
    return switch (column.type()) {
      case NUMBER -> row.findLong(column.name());
      case TEXT -> row.findString(column.name());
      case BOOLEAN -> row.findBoolean(column.name());
      case BYTES -> row.findBytes(column.name());
    };
  }
}
