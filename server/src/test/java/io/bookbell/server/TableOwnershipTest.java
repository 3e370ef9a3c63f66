package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinitions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ConstantPool;
import java.lang.classfile.constantpool.StringEntry;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each table belongs to one feature; other features call that feature's service. */
class TableOwnershipTest {
  private static final Map<String, String> OWNERS =
      Map.ofEntries(
          Map.entry("installation", "storage"),
          Map.entry("app_user", "account"),
          Map.entry("session", "account"),
          Map.entry("ws_ticket", "account"),
          Map.entry("ended_session", "account"),
          Map.entry("login_failure", "account"),
          Map.entry("sign_up_key", "account"),
          Map.entry("api_key", "key"),
          Map.entry("reset_link", "account"),
          Map.entry("oidc_identity", "oidc"),
          Map.entry("passkey", "passkey"),
          Map.entry("passkey_challenge", "passkey"),
          Map.entry("name_erasure", "account"),
          Map.entry("idempotency_key", "http"),
          Map.entry("creator", "creator"),
          Map.entry("creator_picture", "creator"),
          Map.entry("state_version", "creator"),
          Map.entry("tier", "quota"),
          Map.entry("tier_announcement", "quota"),
          Map.entry("membership", "quota"),
          Map.entry("quota_ledger", "quota"),
          Map.entry("team_member", "team"),
          Map.entry("invitation", "invitation"),
          Map.entry("book_request", "request"),
          Map.entry("reply", "request"),
          Map.entry("request_count", "request"),
          Map.entry("canned_response", "canned"),
          Map.entry("request_word", "request"),
          Map.entry("search_backlog", "request"),
          Map.entry("renamed_supporter", "request"),
          Map.entry("request_follower", "request"),
          Map.entry("activity", "activity"),
          Map.entry("notification", "notification"),
          Map.entry("notification_recipient", "notification"),
          Map.entry("inbox", "inbox"),
          Map.entry("inbox_head", "inbox"),
          Map.entry("message", "inbox"),
          Map.entry("device_position", "receipt"),
          Map.entry("receipt", "receipt"),
          Map.entry("membership_source", "membership"),
          Map.entry("source_secret", "membership"),
          Map.entry("source_tier", "membership"),
          Map.entry("source_member", "membership"),
          Map.entry("source_supporter", "membership"),
          Map.entry("source_account", "membership"),
          Map.entry("source_refresh", "membership"),
          Map.entry("patreon_authorization", "patreon"),
          Map.entry("tier_change", "quota"),
          Map.entry("news_target", "outbox"),
          Map.entry("news_subscription", "outbox"),
          Map.entry("outbox_item", "outbox"),
          Map.entry("news_service", "outbox"),
          Map.entry("news_preference", "news"),
          Map.entry("push_key", "webpush"),
          Map.entry("address_change", "account"),
          Map.entry("account_handover", "account"),
          Map.entry("imported_row", "transfer"));

  /** Tables that only PostgreSQL has. */
  private static final Map<String, String> OWNERS_ON_POSTGRES =
      Map.of("serving_node", "cluster", "socket_place", "cluster");

  private static final Pattern STATEMENT =
      Pattern.compile(
          "\\b(select|insert\\s+into|delete\\s+from|update\\s+[a-z_]+\\s+set)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final String TABLE_NAME = "\\b(?:FROM|JOIN|INTO|UPDATE|USING)\\s+\"?([a-z_]+)";
  private static final Pattern TABLE_IN_STATEMENT =
      Pattern.compile(TABLE_NAME, Pattern.CASE_INSENSITIVE);

  /** In a part of a statement, only capitals tell that it isn't prose. */
  private static final Pattern TABLE_IN_PART = Pattern.compile(TABLE_NAME);

  /** Names of users are shown everywhere; the installation is a single row. */
  private static final Set<String> OPEN_TO_ALL = Set.of("app_user", "installation");

  /** Packages that process all stored data. */
  private static final Set<String> READERS_OF_ALL = Set.of("verify", "backup", "personal");

  private static final String SERVER = "io.bookbell.server";

  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(SERVER);

  @Test
  void everyTableHasAnOwner() {
    assertThat(TableDefinitions.readTables())
        .as("tables of the schema; name the owner of a new one here")
        .extracting(TableDefinition::name)
        .containsExactlyInAnyOrderElementsOf(OWNERS.keySet());
  }

  @Test
  void onlyTheOwnerUsesATable() {
    Stream<String> violations =
        CLASSES.stream()
            .filter(user -> !READERS_OF_ALL.contains(feature(user)))
            .flatMap(TableOwnershipTest::foreignTables);

    assertThat(violations).as("uses of another feature's table; call its service").isEmpty();
  }

  private static Stream<String> foreignTables(JavaClass user) {
    return tablesOf(user)
        .distinct()
        .filter(table -> !OPEN_TO_ALL.contains(table))
        .filter(table -> !feature(user).equals(ownerOf(table)))
        .map(
            table ->
                "%s uses %s, which belongs to %s".formatted(user.getName(), table, ownerOf(table)));
  }

  /** The tables that are named by SQL in the string constants of a class. */
  private static Stream<String> tablesOf(JavaClass user) {
    return stringsOf(user)
        .flatMap(TableOwnershipTest::tablesIn)
        .filter(table -> ownerOf(table) != null);
  }

  private static Stream<String> tablesIn(String text) {
    Pattern table = STATEMENT.matcher(text).find() ? TABLE_IN_STATEMENT : TABLE_IN_PART;
    return table.matcher(text).results().map(found -> found.group(1).toLowerCase(Locale.ROOT));
  }

  private static Stream<String> stringsOf(JavaClass user) {
    try (var bytes = user.getSource().orElseThrow().getUri().toURL().openStream()) {
      ConstantPool pool = ClassFile.of().parse(bytes.readAllBytes()).constantPool();
      return StreamSupport.stream(pool.spliterator(), false)
          .filter(StringEntry.class::isInstance)
          .map(entry -> ((StringEntry) entry).stringValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String ownerOf(String table) {
    return OWNERS.getOrDefault(table, OWNERS_ON_POSTGRES.get(table));
  }

  /** The first package below the server's; empty for the wiring itself. */
  private static String feature(JavaClass type) {
    String rest = type.getPackageName().substring(SERVER.length());
    return rest.isEmpty() ? "" : rest.substring(1).split("\\.", -1)[0];
  }
}
