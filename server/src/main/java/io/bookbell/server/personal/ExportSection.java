package io.bookbell.server.personal;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlQuery;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of the export: the rows of one statement. Immutable.
 *
 * @param sql ends with the condition on the user, whose value is its only one
 * @param keys the columns by which the rows are ordered, one or two, together unique; none if there
 *     is at most one row
 * @param fields what is exported, by the names of the selected columns
 */
record ExportSection(String name, String sql, List<KeyColumn> keys, List<ExportField> fields) {
  /** Texts may have 100 KB, and a row two of them. */
  static final int ROWS_AT_ONCE = 16;

  /**
   * A column by which rows are ordered.
   *
   * @param name its name in the result
   * @param start the column, of the same value, by whose index the database finds where to go on
   * @param isText whether its values are texts instead of numbers
   */
  record KeyColumn(String column, String name, String start, boolean isText) {
    /** A column that is selected under its own name. */
    static KeyColumn of(String column) {
      return new KeyColumn(column, column.substring(column.indexOf('.') + 1), column, false);
    }

    /** Like {@link #of}, for a column of texts, which can't be the first one. */
    static KeyColumn ofText(String column) {
      return new KeyColumn(column, column.substring(column.indexOf('.') + 1), column, true);
    }
  }

  /** Reads a value in the form in which it is exported. */
  @FunctionalInterface
  interface FieldReader {
    @Nullable Object read(SqlRow row, String column) throws SQLException;
  }

  record ExportField(String column, FieldReader reader) {
    static ExportField number(String column) {
      return new ExportField(column, SqlRow::findLong);
    }

    static ExportField text(String column) {
      return new ExportField(column, SqlRow::findString);
    }

    static ExportField flag(String column) {
      return new ExportField(column, SqlRow::findBoolean);
    }

    static ExportField time(String column) {
      return new ExportField(column, SqlRow::findTime);
    }

    /** Bytes, exported in Base64. */
    static ExportField bytes(String column) {
      return new ExportField(column, SqlRow::findBytes);
    }

    /** A JSON object, stored as text. */
    static ExportField json(String column) {
      return new ExportField(column, ExportField::readJson);
    }

    private static @Nullable Object readJson(SqlRow row, String column) throws SQLException {
      @Nullable String text = row.findString(column);
      try {
        return text == null ? null : Json.readTree(text);
      } catch (JsonProcessingException e) {
        throw new SQLException(column + " isn't JSON", e);
      }
    }
  }

  /** One row, and its position. */
  record ExportRow(Map<String, @Nullable Object> values, RowKey key) {}

  /** The values of the key columns; the second one is a number or a text, or 0 and empty. */
  record RowKey(long first, long second, String text) {
    static final RowKey START = new RowKey(0, 0, "");
  }

  /** Returns the next rows after a position, at most {@link #ROWS_AT_ONCE}. */
  List<ExportRow> readAfter(Transaction tx, UserId user, RowKey after) {
    return query(tx, user, after).list(this::toRow);
  }

  private SqlQuery query(Transaction tx, UserId user, RowKey after) {
    return switch (keys.size()) {
      case 0 -> tx.query(sql, user);
      case 1 ->
          tx.query(
              sql + " AND %1$s > ? ORDER BY %1$s LIMIT ?".formatted(keys.getFirst().column),
              user,
              after.first,
              ROWS_AT_ONCE);
      default ->
          tx.query(
              sql
                  + " AND %3$s >= ? AND (%1$s > ? OR %2$s > ?) ORDER BY %1$s, %2$s LIMIT ?"
                      .formatted(
                          keys.getFirst().column, keys.getLast().column, keys.getFirst().start),
              user,
              after.first,
              after.first,
              keys.getLast().isText ? after.text : after.second,
              ROWS_AT_ONCE);
    };
  }

  private ExportRow toRow(SqlRow row) throws SQLException {
    var values = new LinkedHashMap<String, @Nullable Object>();
    for (ExportField field : fields) {
      values.put(field.column, field.reader.read(row, field.column));
    }
    boolean isText = !keys.isEmpty() && keys.getLast().isText;
    return new ExportRow(
        values,
        new RowKey(
            readKey(row, 0),
            isText ? 0 : readKey(row, 1),
            isText ? row.getString(keys.getLast().name) : ""));
  }

  private long readKey(SqlRow row, int number) throws SQLException {
    return number < keys.size() ? row.getLong(keys.get(number).name) : 0;
  }
}
