package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.ImportedRequestStore.ImportedReply;
import io.bookbell.server.request.ImportedRequestStore.ImportedRequest;
import io.bookbell.server.storage.DatabaseFailureReason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the tables of the Python system: {@code users}, {@code book_requests} and {@code
 * book_request_replies}. Confined to one thread; nothing is stored before {@link #commit}.
 */
final class LegacyWriter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  private static final String INSERT_USER =
      """
      INSERT INTO users (id, email, username, role, created_by, is_active, patreon_tier_data,
        created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final String INSERT_REQUEST =
      """
      INSERT INTO book_requests (id, creator_id, user_id, title, author, message, status, response,
        responded_by, refunded, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final String UPDATE_REQUEST =
      """
      UPDATE book_requests
      SET status = ?, refunded = ?, updated_at = ?
      WHERE id = ?\
      """;

  private static final String INSERT_REPLY =
      """
      INSERT INTO book_request_replies (id, request_id, user_id, body, created_at)
      VALUES (?, ?, ?, ?, ?)\
      """;

  private final Connection connection;
  private final boolean postgres;

  LegacyWriter(LegacyDatabase target) {
    this.connection = target.connection();
    this.postgres = target.isPostgres();
  }

  /**
   * The counter of a person.
   *
   * @param createdBy the creator whom the person supports
   * @param tierData a JSON object, if all is well
   */
  record LegacyCounter(@Nullable Long createdBy, @Nullable String tierData) {}

  /** A person to be added. */
  record NewUser(
      UserId id,
      String email,
      String username,
      String role,
      UserId createdBy,
      boolean active,
      @Nullable String tierData,
      Instant createdAt) {}

  /** Returns the counters of some people, by id. */
  Map<Long, LegacyCounter> findCounters(Collection<Long> users) {
    return findByIds(
        "SELECT id, created_by, patreon_tier_data FROM users WHERE id IN (%s)",
        users,
        row -> {
          long creator = row.getLong("created_by");
          return new LegacyCounter(
              row.wasNull() ? null : creator, row.getString("patreon_tier_data"));
        });
  }

  /** Returns whether a user with this id, or with this address in any case, exists. */
  boolean hasUser(UserId id, String email) {
    return query("SELECT count(*) FROM users WHERE id = ? OR lower(email) = ?", id.value(), email)
        > 0;
  }

  /** Returns which of these ids a table has. */
  Collection<Long> findIds(String table, Collection<Long> ids) {
    return findByIds("SELECT id FROM " + table + " WHERE id IN (%s)", ids, row -> true).keySet();
  }

  void insertUser(NewUser user) {
    update(
        INSERT_USER,
        user.id.value(),
        user.email,
        user.username,
        user.role,
        user.createdBy.value(),
        user.active,
        Optional.ofNullable(user.tierData),
        user.createdAt);
  }

  void updateCounter(long user, String tierData) {
    update("UPDATE users SET patreon_tier_data = ? WHERE id = ?", Optional.of(tierData), user);
  }

  void insertRequest(ImportedRequest request, @Nullable String message) {
    update(
        INSERT_REQUEST,
        request.id(),
        request.creator().value(),
        request.user().value(),
        request.title(),
        request.author(),
        message,
        statusOf(request),
        request.response(),
        idOf(request.respondedBy()),
        request.isRefunded(),
        request.createdAt(),
        request.updatedAt());
  }

  /**
   * Updates a request's state. A response that is there only in another form stays, and so does the
   * name of a responder who is unknown here.
   *
   * @param before as an import reads it
   */
  void updateRequest(ImportedRequest request, ImportedRequest before) {
    update(
        UPDATE_REQUEST, statusOf(request), request.isRefunded(), request.updatedAt(), request.id());
    if (!Objects.equals(request.response(), before.response())) {
      update(
          "UPDATE book_requests SET response = ? WHERE id = ?", request.response(), request.id());
    }
    if (!Objects.equals(request.respondedBy(), before.respondedBy())) {
      update(
          "UPDATE book_requests SET responded_by = ? WHERE id = ?",
          idOf(request.respondedBy()),
          request.id());
    }
  }

  void insertReply(ImportedReply reply) {
    update(
        INSERT_REPLY,
        reply.id(),
        reply.request(),
        reply.user().value(),
        reply.body(),
        reply.createdAt());
  }

  private static String statusOf(ImportedRequest request) {
    return request.status().wireName().toUpperCase(Locale.ROOT);
  }

  private static @Nullable Long idOf(@Nullable UserId user) {
    return user == null ? null : user.value();
  }

  /** Reads a value from a row. */
  @FunctionalInterface
  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> Map<Long, T> findByIds(String sql, Collection<Long> ids, RowReader<T> reader) {
    if (ids.isEmpty()) {
      return Map.of();
    }
    String places = String.join(", ", Collections.nCopies(ids.size(), "?"));
    return run(
        sql.formatted(places),
        statement -> {
          try {
            int place = 1;
            for (long id : ids) {
              statement.setLong(place++, id);
            }
            var found = new HashMap<Long, T>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.put(rows.getLong("id"), reader.read(rows));
              }
            }
            return found;
          } catch (SQLException e) {
            throw failed(e);
          }
        });
  }

  private long query(String sql, Object... values) {
    return run(
        sql,
        statement -> {
          try {
            bindAll(statement, values);
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              return rows.getLong(1);
            }
          } catch (SQLException e) {
            throw failed(e);
          }
        });
  }

  private void update(String sql, @Nullable Object... values) {
    int rows =
        run(
            sql,
            statement -> {
              try {
                bindAll(statement, values);
                return statement.executeUpdate();
              } catch (SQLException e) {
                throw failed(e);
              }
            });
    if (rows != 1) {
      throw new TransferException(
          "The other database wrote %d rows instead of one".formatted(rows));
    }
  }

  private <T> T run(String sql, Function<PreparedStatement, T> work) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return work.apply(statement);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** An optional is JSON. PostgreSQL takes it, and times, as the type of their columns. */
  private void bindAll(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int index = 0; index < values.length; index++) {
      int place = index + 1;
      switch (values[index]) {
        case null -> statement.setNull(place, Types.NULL);
        case Long number -> statement.setLong(place, number);
        case Boolean flag -> statement.setBoolean(place, flag);
        case Instant time -> bindText(statement, place, timeText(time));
        case Optional<?> json when json.isPresent() ->
            bindText(statement, place, json.get().toString());
        case Optional<?> _ -> statement.setNull(place, Types.NULL);
        case Object text -> statement.setString(place, text.toString());
      }
    }
  }

  private void bindText(PreparedStatement statement, int place, String text) throws SQLException {
    if (postgres) {
      statement.setObject(place, text, Types.OTHER);
    } else {
      statement.setString(place, text);
    }
  }

  /** A column without a zone ignores the one that PostgreSQL is given. */
  private String timeText(Instant time) {
    return TIME.format(time.atOffset(ZoneOffset.UTC)) + (postgres ? "+00" : "");
  }

  void commit() {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  void rollback() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static TransferException failed(SQLException failure) {
    return TransferException.unavailable(
        "The other database failed: " + DatabaseFailureReason.innermostMessage(failure), failure);
  }
}
