package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import io.bookbell.server.storage.schema.DefaultSchema;
import io.bookbell.server.storage.schema.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ConstantPool;
import java.lang.classfile.constantpool.StringEntry;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jooq.Named;
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
          Map.entry("idempotency_key", "http"),
          Map.entry("creator", "creator"),
          Map.entry("creator_picture", "creator"),
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
          Map.entry("request_follower", "request"),
          Map.entry("activity", "activity"),
          Map.entry("notification", "notification"),
          Map.entry("notification_recipient", "notification"),
          Map.entry("inbox", "inbox"),
          Map.entry("inbox_head", "inbox"),
          Map.entry("message", "inbox"),
          Map.entry("device_position", "receipt"),
          Map.entry("receipt", "receipt"));

  /** Tables that only PostgreSQL has, so that the generated schema lacks them. */
  private static final Map<String, String> OWNERS_ON_POSTGRES =
      Map.of("serving_node", "cluster", "socket_place", "cluster");

  private static final Pattern STATEMENT =
      Pattern.compile("\\b(select|insert into|delete from|update [a-z_]+ set)\\b");
  private static final Pattern TABLE_NAME =
      Pattern.compile("\\b(?:from|join|into|update)\\s+\"?([a-z_]+)");

  /** Names of users are shown everywhere; the installation is a single row. */
  private static final Set<String> OPEN_TO_ALL = Set.of("app_user", "installation");

  /** Packages that process all stored data. */
  private static final Set<String> READERS_OF_ALL = Set.of("verify", "backup");

  private static final String SERVER = "io.bookbell.server";
  private static final String SCHEMA = SERVER + ".storage.schema";

  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(SERVER);

  @Test
  void everyTableHasAnOwner() {
    assertThat(DefaultSchema.DEFAULT_SCHEMA.getTables())
        .as("tables of the schema; name the owner of a new one here")
        .extracting(Named::getName)
        .containsExactlyInAnyOrderElementsOf(OWNERS.keySet());
  }

  @Test
  void onlyTheOwnerUsesATable() {
    Stream<String> violations =
        CLASSES.stream()
            .filter(user -> !user.getPackageName().startsWith(SCHEMA))
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

  private static Stream<String> tablesOf(JavaClass user) {
    Stream<String> constants =
        user.getFieldAccessesFromSelf().stream()
            .filter(access -> access.getTargetOwner().isEquivalentTo(Tables.class))
            .map(JavaAccess::getName)
            .map(name -> name.toLowerCase(Locale.ROOT));
    Stream<String> types =
        user.getDirectDependenciesFromSelf().stream()
            .map(dependency -> tableOfType(dependency.getTargetClass()))
            .flatMap(Optional::stream);
    return Stream.of(constants, types, tablesOfStatements(user)).flatMap(each -> each);
  }

  /** The tables that are named by SQL in the string constants of a class. */
  private static Stream<String> tablesOfStatements(JavaClass user) {
    return stringsOf(user)
        .map(text -> text.toLowerCase(Locale.ROOT))
        .filter(text -> STATEMENT.matcher(text).find())
        .flatMap(text -> TABLE_NAME.matcher(text).results().map(found -> found.group(1)))
        .filter(table -> ownerOf(table) != null);
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

  /** The table of a generated class (a table or a record). */
  private static Optional<String> tableOfType(JavaClass type) {
    JavaClass outermost = type.getEnclosingClass().orElse(type);
    if (!outermost.getPackageName().startsWith(SCHEMA + ".tables")) {
      return Optional.empty();
    }
    String words = outermost.getSimpleName().replaceFirst("Record$", "");
    return Optional.of(words.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT));
  }

  /** The first package below the server's; empty for the wiring itself. */
  private static String feature(JavaClass type) {
    String rest = type.getPackageName().substring(SERVER.length());
    return rest.isEmpty() ? "" : rest.substring(1).split("\\.", -1)[0];
  }
}
