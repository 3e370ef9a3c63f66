package io.bookbell.server.storage.sql;

import io.bookbell.hub.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The current row of a result, read by column name. Valid only while its {@link RowMapper} runs.
 *
 * <p>Methods named {@code get…} are for columns that are never null, those named {@code find…} for
 * the others.
 */
public final class SqlRow {
  private final ResultSet rows;
  private final Map<String, Integer> places;

  /**
   * Creates a reader of a result.
   *
   * @param places the numbers of columns by their names; the driver is asked for others
   */
  SqlRow(ResultSet rows, Map<String, Integer> places) {
    this.rows = rows;
    this.places = places;
  }

  private int placeOf(String column) throws SQLException {
    @Nullable Integer place = places.get(column);
    return place == null ? rows.findColumn(column) : place;
  }

  public long getLong(String column) throws SQLException {
    return rows.getLong(placeOf(column));
  }

  public int getInt(String column) throws SQLException {
    return rows.getInt(placeOf(column));
  }

  public boolean getBoolean(String column) throws SQLException {
    return rows.getBoolean(placeOf(column));
  }

  public String getString(String column) throws SQLException {
    return requireValue(column, rows.getString(placeOf(column)));
  }

  public byte[] getBytes(String column) throws SQLException {
    return requireValue(column, rows.getBytes(placeOf(column)));
  }

  public UserId getUser(String column) throws SQLException {
    return new UserId(rows.getLong(placeOf(column)));
  }

  /** Reads a time, stored as milliseconds since 1970 UTC. */
  public Instant getTime(String column) throws SQLException {
    return Instant.ofEpochMilli(rows.getLong(placeOf(column)));
  }

  public @Nullable Long findLong(String column) throws SQLException {
    long value = rows.getLong(placeOf(column));
    return rows.wasNull() ? null : value;
  }

  public @Nullable Integer findInt(String column) throws SQLException {
    int value = rows.getInt(placeOf(column));
    return rows.wasNull() ? null : value;
  }

  public @Nullable Boolean findBoolean(String column) throws SQLException {
    boolean value = rows.getBoolean(placeOf(column));
    return rows.wasNull() ? null : value;
  }

  public @Nullable String findString(String column) throws SQLException {
    return rows.getString(placeOf(column));
  }

  public byte @Nullable [] findBytes(String column) throws SQLException {
    return rows.getBytes(placeOf(column));
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
