package io.bookbell.server.storage.check;

import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.migration.SchemaScripts;
import io.bookbell.server.storage.schema.DefaultSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.UniqueKey;

/**
 * Compares a database with the schema that this program expects, and looks for duplicates that its
 * unique keys forbid: a manual repair may have lost a constraint, and a corrupt index may miss
 * rows. Use an instance once.
 */
public final class SchemaCheck {
  private static final int MOST_PROBLEMS = 20;

  /**
   * Unique keys that jOOQ's generated tables still contain although a migration has replaced them,
   * here by the index quota_ledger_once.
   */
  private static final Set<String> REPLACED = Set.of("quota_ledger(kind, request_id)");

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
    boolean postgres = tx.sql().family() == SQLDialect.POSTGRES;
    SchemaObjects found =
        postgres
            ? PostgresSchemaReader.readSchema(tx.sql())
            : SqliteSchemaReader.readSchema(tx.sql());
    var check = new SchemaCheck(tx, found);
    check.problems.addAll(found.defects);
    check.checkNames(SchemaScripts.readScripts(postgres ? "db/postgresql" : "db/sqlite"));
    if (postgres) {
      PostgresSchemaReader.withoutIndexes(tx.sql(), check::checkTables);
    } else {
      check.checkTables();
    }
    return check.problems.stream().limit(MOST_PROBLEMS).toList();
  }

  /** A table with some of its columns in alphabetical order. */
  static String describeColumns(String table, Collection<String> columns) {
    return (table + "(" + String.join(", ", columns.stream().sorted().toList()) + ")")
        .toLowerCase(Locale.ROOT);
  }

  private static String describeColumns(Table<?> table, Collection<? extends Field<?>> fields) {
    return describeColumns(table.getName(), fields.stream().map(Field::getName).toList());
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
    for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
      for (UniqueKey<?> key : table.getKeys()) {
        checkUniqueKey(table, key);
      }
      table
          .getReferences()
          .forEach(
              reference ->
                  requirePresent(
                      found.foreignKeys,
                      describeColumns(table, reference.getFields())
                          + " -> "
                          + reference.getKey().getTable().getName(),
                      "the foreign key"));
      Arrays.stream(table.fields())
          .filter(field -> !field.getDataType().nullable())
          .forEach(
              field ->
                  requirePresent(
                      found.required, describeColumns(table, List.of(field)), "NOT NULL of"));
      int checks = found.checks.getOrDefault(table.getName(), 0);
      if (checks < table.getChecks().size()) {
        problems.add(
            "table %s has %d of its %d CHECK constraints"
                .formatted(table.getName(), checks, table.getChecks().size()));
      }
    }
  }

  private void requirePresent(Set<String> there, String wanted, String what) {
    if (!there.contains(wanted)) {
      problems.add(what + " " + wanted + " is missing");
    }
  }

  private void checkUniqueKey(Table<?> table, UniqueKey<?> key) {
    String wanted = describeColumns(table, key.getFields());
    if (REPLACED.contains(wanted)) {
      return;
    }
    requirePresent(found.unique, wanted, "the unique constraint");
    var present =
        key.getFields().stream()
            .filter(field -> field.getDataType().nullable())
            .map(Field::isNotNull)
            .reduce(noCondition(), (all, each) -> all.and(each));
    tx.sql()
        .select(key.getFields())
        .from(table)
        .where(present)
        .groupBy(key.getFields())
        .having(count().gt(1))
        .limit(MOST_PROBLEMS)
        .fetch()
        .forEach(
            row ->
                problems.add(
                    "there are several rows with %s = %s".formatted(wanted, row.intoList())));
  }
}
