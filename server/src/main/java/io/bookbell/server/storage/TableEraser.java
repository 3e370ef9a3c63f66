package io.bookbell.server.storage;

import io.bookbell.server.storage.check.TableDefinition;
import io.bookbell.server.storage.check.TableDefinition.ForeignKey;
import io.bookbell.server.storage.check.TableDefinitions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Empties a whole database, except for the history of its schema. */
public final class TableEraser {
  private TableEraser() {}

  /**
   * Deletes the rows of every table. Ids that were given stay given.
   *
   * <p>PostgreSQL would run the triggers, and look for references, of each row that is deleted,
   * which takes hours for a million requests.
   */
  public static void eraseAllRows(Transaction tx) {
    List<TableDefinition> tables = referencingFirst(TableDefinitions.readTables());
    if (tx.isPostgres()) {
      tx.update(
          tables.stream()
              .map(TableDefinition::name)
              .collect(Collectors.joining(", ", "TRUNCATE ", "")));
    } else {
      tables.forEach(table -> tx.update("DELETE FROM " + table.name()));
    }
  }

  /** The tables in an order in which each comes after those that refer to it. */
  private static List<TableDefinition> referencingFirst(List<TableDefinition> all) {
    var left = new ArrayList<>(all);
    var ordered = new ArrayList<TableDefinition>();
    while (!left.isEmpty()) {
      List<TableDefinition> free =
          left.stream()
              .filter(table -> left.stream().noneMatch(each -> refersTo(each, table.name())))
              .toList();
      if (free.isEmpty()) {
        throw new IllegalStateException("These tables refer to each other: " + left);
      }
      ordered.addAll(free);
      left.removeAll(free);
    }
    return ordered;
  }

  private static boolean refersTo(TableDefinition table, String other) {
    return !table.name().equals(other)
        && table.foreignKeys().stream().map(ForeignKey::table).anyMatch(other::equals);
  }
}
