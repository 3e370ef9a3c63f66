package io.bookbell.server.storage.sql;

import io.bookbell.hub.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The current row of a result, read by column name. Valid only while its {@link RowMapper} runs.
 *
 * <p>Methods named {@code get…} are for columns that are never null, those named {@code find…} for
 * the others.
 */
public final class SqlRow {
  private final ResultSet rows;

  SqlRow(ResultSet rows) {
    this.rows = rows;
  }

  public long getLong(String column) throws SQLException {
    return rows.getLong(column);
  }

  public int getInt(String column) throws SQLException {
    return rows.getInt(column);
  }

  public boolean getBoolean(String column) throws SQLException {
    return rows.getBoolean(column);
  }

  public String getString(String column) throws SQLException {
    return requireValue(column, rows.getString(column));
  }

  public byte[] getBytes(String column) throws SQLException {
    return requireValue(column, rows.getBytes(column));
  }

  public UserId getUser(String column) throws SQLException {
    return new UserId(rows.getLong(column));
  }

  /** Reads a time, stored as milliseconds since 1970 UTC. */
  public Instant getTime(String column) throws SQLException {
    return Instant.ofEpochMilli(rows.getLong(column));
  }

  public @Nullable Long findLong(String column) throws SQLException {
    long value = rows.getLong(column);
    return rows.wasNull() ? null : value;
  }

  public @Nullable Integer findInt(String column) throws SQLException {
    int value = rows.getInt(column);
    return rows.wasNull() ? null : value;
  }

  public @Nullable Boolean findBoolean(String column) throws SQLException {
    boolean value = rows.getBoolean(column);
    return rows.wasNull() ? null : value;
  }

  public @Nullable String findString(String column) throws SQLException {
    return rows.getString(column);
  }

  public byte @Nullable [] findBytes(String column) throws SQLException {
    return rows.getBytes(column);
  }

  public @Nullable UserId findUser(String column) throws SQLException {
    @Nullable Long id = findLong(column);
    return id == null ? null : new UserId(id);
  }

  public @Nullable Instant findTime(String column) throws SQLException {
    @Nullable Long millis = findLong(column);
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }

  private static <T> T requireValue(String column, @Nullable T value) throws SQLException {
    if (value == null) {
      throw new SQLException("The column " + column + " is null");
    }
    return value;
  }
}
