package io.bookbell.server.storage.check;

import static java.util.stream.Collectors.joining;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.check.TableDefinition.ColumnDefinition;
import io.bookbell.server.storage.migration.SchemaScripts;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a database with the schema that this program expects, and looks for duplicates that its
 * unique keys forbid: a manual repair may have lost a constraint, and a corrupt index may miss
 * rows. Use an instance once.
 */
public final class SchemaCheck {
  private static final int MAX_PROBLEMS = 20;

  /** PostgreSQL would check each of them with a query for each row that a command writes. */
  private static final Set<String> ONLY_ON_SQLITE =
      Set.of(
          "activity(actor_id) -> app_user",
          "activity(creator_id) -> creator",
          "activity(request_id) -> book_request",
          "book_request(creator_id) -> creator",
          "book_request(user_id) -> app_user",
          "idempotency_key(user_id) -> app_user",
          "message(request_id) -> book_request",
          "notification(creator_id) -> creator",
          "notification(request_id) -> book_request",
          "quota_ledger(actor_id) -> app_user",
          "inbox(user_id) -> inbox_head",
          "inbox(message_id) -> message",
          "request_word(request_id) -> book_request",
          "notification_recipient(user_id) -> app_user",
          "notification_recipient(notification_id) -> notification",
          "notification_recipient(creator_id) -> creator");

  /** Tables whose rules PostgreSQL checks in a trigger; see V31. */
  private static final Set<String> CHECKED_BY_TRIGGER = Set.of("book_request", "quota_ledger");

  private final Transaction tx;
  private final SchemaObjects found;
  private final List<String> problems = new ArrayList<>();

  private SchemaCheck(Transaction tx, SchemaObjects found) {
    this.tx = tx;
    this.found = found;
  }

  /**
   * The schema objects found in a database; all names in lower case.
   *
   * @param unique table and columns of each unique index, as in {@link #describeColumns}
   * @param foreignKeys likewise, followed by the referenced table
   * @param required table and column of each column that is NOT NULL
   * @param checks the number of CHECK constraints of each table
   * @param defects problems that the database itself reports
   */
  record SchemaObjects(
      Set<String> indexes,
      Set<String> triggers,
      Set<String> unique,
      Set<String> foreignKeys,
      Set<String> required,
      Map<String, Integer> checks,
      List<String> defects) {}

  /** Returns the differences and defects, one sentence each; empty if there are none. */
  public static List<String> findProblems(Transaction tx) {
    boolean postgres = tx.isPostgres();
    SchemaObjects found =
        postgres ? PostgresSchemaReader.readSchema(tx) : SqliteSchemaReader.readSchema(tx);
    var check = new SchemaCheck(tx, found);
    check.problems.addAll(found.defects);
    check.checkNames(SchemaScripts.readScripts(postgres ? "db/postgresql" : "db/sqlite"));
    if (postgres) {
      PostgresSchemaReader.withoutIndexes(tx, check::checkTables);
    } else {
      check.checkTables();
    }
    return check.problems.stream().limit(MAX_PROBLEMS).toList();
  }

  /** A table with some of its columns in alphabetical order. */
  static String describeColumns(String table, Collection<String> columns) {
    return (table + "(" + String.join(", ", columns.stream().sorted().toList()) + ")")
        .toLowerCase(Locale.ROOT);
  }

  private void checkNames(SchemaScripts expected) {
    reportMissing("index", expected.indexNames(), found.indexes);
    reportMissing("trigger", expected.triggerNames(), found.triggers);
  }

  private void reportMissing(String what, Set<String> expected, Set<String> there) {
    var missing = new HashSet<>(expected);
    missing.removeAll(there);
    missing.stream()
        .sorted()
        .forEach(name -> problems.add("the " + what + " " + name + " is missing"));
  }

  private void checkTables() {
    for (TableDefinition table : TableDefinitions.readTables()) {
      table.uniqueKeys().forEach(key -> checkUniqueKey(table, key));
      table.foreignKeys().stream()
          .map(
              reference ->
                  describeColumns(table.name(), reference.columns()) + " -> " + reference.table())
          .filter(reference -> !tx.isPostgres() || !ONLY_ON_SQLITE.contains(reference))
          .forEach(reference -> requirePresent(found.foreignKeys, reference, "the foreign key"));
      table.columns().stream()
          .filter(ColumnDefinition::required)
          .forEach(
              column ->
                  requirePresent(
                      found.required,
                      describeColumns(table.name(), List.of(column.name())),
                      "NOT NULL of"));
      if (!tx.isPostgres() || !CHECKED_BY_TRIGGER.contains(table.name())) {
        countChecks(table);
      }
    }
  }

  private void countChecks(TableDefinition table) {
    int checks = found.checks.getOrDefault(table.name(), 0);
    if (checks < table.checks()) {
      problems.add(
          "table %s has %d of its %d CHECK constraints"
              .formatted(table.name(), checks, table.checks()));
    }
  }

  private void requirePresent(Set<String> there, String wanted, String what) {
    if (!there.contains(wanted)) {
      problems.add(what + " " + wanted + " is missing");
    }
  }

  private void checkUniqueKey(TableDefinition table, List<String> key) {
    String wanted = describeColumns(table.name(), key);
    requirePresent(found.unique, wanted, "the unique constraint");
    tx.query(selectDuplicates(table, key), MAX_PROBLEMS)
        .list(row -> readValues(row, key))
        .forEach(
            values ->
                problems.add("there are several rows with %s = %s".formatted(wanted, values)));
  }

  /** Nulls are equal to nothing, so rows with one are no duplicates. */
  private static String selectDuplicates(TableDefinition table, List<String> key) {
    String present =
        table.columns().stream()
            .filter(column -> key.contains(column.name()) && !column.required())
            .map(column -> " AND " + column.name() + " IS NOT NULL")
            .collect(joining());
    return "SELECT %1$s FROM %2$s WHERE TRUE%3$s GROUP BY %1$s HAVING count(*) > 1 LIMIT ?"
        .formatted(String.join(", ", key), table.name(), present);
  }

  private static List<@Nullable String> readValues(SqlRow row, List<String> columns)
      throws SQLException {
    var values = new ArrayList<@Nullable String>();
    for (String column : columns) {
      values.add(row.findString(column));
    }
    return values;
  }
}
