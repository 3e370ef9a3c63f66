package io.bookbell.server.storage.check;

import java.util.List;
import java.util.Optional;

/**
 * A table as the migrations make it. Immutable.
 *
 * @param columns in the order of the migrations
 * @param uniqueKeys the columns of the primary key and of each UNIQUE constraint
 * @param checks the number of CHECK constraints
 */
public record TableDefinition(
    String name,
    List<ColumnDefinition> columns,
    List<List<String>> uniqueKeys,
    List<ForeignKey> foreignKeys,
    int checks) {
  public TableDefinition {
    columns = List.copyOf(columns);
    uniqueKeys = List.copyOf(uniqueKeys);
    foreignKeys = List.copyOf(foreignKeys);
  }

  /** What a column holds. Times are numbers. */
  public enum ColumnType {
    NUMBER,
    TEXT,
    BOOLEAN,
    BYTES
  }

  /**
   * A column.
   *
   * @param required whether it is NOT NULL
   */
  public record ColumnDefinition(String name, ColumnType type, boolean required) {}

  /**
   * A foreign key.
   *
   * @param table the referenced table
   */
  public record ForeignKey(List<String> columns, String table) {}

  public Optional<ColumnDefinition> findColumn(String column) {
    return columns.stream().filter(each -> each.name().equals(column)).findFirst();
  }
}
