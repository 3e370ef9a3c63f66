package io.bookbell.server.transfer;

import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The tables of the replaced system, without the foreign keys that would keep dirt out, and what
 * fills them. Confined to one thread.
 */
final class LegacyTables implements AutoCloseable {
  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE users (
            id $ID, email TEXT NOT NULL, username TEXT NOT NULL, hashed_password TEXT,
            role TEXT NOT NULL, created_by BIGINT, is_active BOOLEAN NOT NULL DEFAULT TRUE,
            patreon_id TEXT, patreon_tier_data $JSON,
            created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)\
          """,
          """
          CREATE TABLE book_requests (
            id $ID, creator_id BIGINT NOT NULL, user_id BIGINT NOT NULL, title TEXT NOT NULL,
            author TEXT, link TEXT, message TEXT, status TEXT NOT NULL DEFAULT 'PENDING',
            response TEXT, responded_by BIGINT, refunded BOOLEAN NOT NULL DEFAULT FALSE,
            created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
            updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)\
          """,
          """
          CREATE TABLE book_request_replies (
            id $ID, request_id BIGINT NOT NULL, user_id BIGINT NOT NULL, body TEXT NOT NULL,
            created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)\
          """);

  private static final String BCRYPT_OF_DEMO =
      "$2b$04$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";

  private final Connection connection;
  private final String address;
  private final boolean postgres;

  private LegacyTables(Connection connection, String address, boolean postgres) {
    this.connection = connection;
    this.address = address;
    this.postgres = postgres;
  }

  /** Creates empty tables in a database of their own. */
  static LegacyTables create(TestDatabase kind, Path folder) {
    try {
      Path files = Files.createDirectories(folder.resolve("legacy"));
      LegacyTables tables =
          switch (kind.createWithoutSchema(files)) {
            case SqliteConfig(Path _) -> {
              String file = files.resolve("legacy.db").toString();
              yield new LegacyTables(
                  DriverManager.getConnection("jdbc:sqlite:" + file), file, false);
            }
            case PostgresConfig(String url, String user, String password) ->
                new LegacyTables(
                    DriverManager.getConnection(url, user, password), url + "?user=" + user, true);
          };
      for (String table : TABLES) {
        tables.run(
            table
                .replace("$ID", tables.postgres ? "BIGSERIAL" : "INTEGER")
                .replace("$JSON", tables.postgres ? "JSONB" : "TEXT"));
      }
      return tables;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What {@code --from} and {@code --to} take. */
  String address() {
    return address;
  }

  void run(String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The rows of a query, each as a text with its values separated by bars. */
  List<String> rows(String sql) {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        var values = new ArrayList<String>();
        for (int place = 1; place <= rows.getMetaData().getColumnCount(); place++) {
          values.add(rows.getString(place));
        }
        found.add(String.join("|", values));
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  void user(long id, String email, String role, String createdBy, String tierData) {
    run(
        "INSERT INTO users (id, email, username, hashed_password, role, created_by,"
            + " patreon_tier_data)"
            + " VALUES (%d, '%s', 'Name %d', '%s', '%s', %s, %s)"
                .formatted(
                    id,
                    email,
                    id,
                    BCRYPT_OF_DEMO,
                    role,
                    createdBy,
                    tierData == null ? "NULL" : "'" + tierData + "'"));
  }

  void creator(long id) {
    user(id, "creator" + id + "@old.test", "creator", "NULL", null);
  }

  void supporter(long id, long creator, int allowed, int used) {
    user(
        id,
        "reader" + id + "@old.test",
        "patreon",
        Long.toString(creator),
        tier("Gold", allowed, used));
  }

  static String tier(String title, int allowed, int used) {
    return "{\"title\":\"%s\",\"book_requests_allowed\":%d,\"book_requests_used\":%d,\"period_start\":\"2025-11-01T00:00:00\"}"
        .formatted(title, allowed, used);
  }

  void request(long id, long creator, long user, String status) {
    request(id, creator, user, status, status.equals("REJECTED") || status.equals("CANCELLED"));
  }

  void request(long id, long creator, long user, String status, boolean refunded) {
    run(
        "INSERT INTO book_requests (id, creator_id, user_id, title, author, status, refunded,"
            + " created_at)"
            + " VALUES (%d, %d, %d, 'Book %d', 'Author %d', '%s', %s, '2025-10-01 12:00:00.123456')"
                .formatted(id, creator, user, id, id % 7, status, refunded));
  }

  void reply(long id, long request, long user, String body) {
    run(
        "INSERT INTO book_request_replies (id, request_id, user_id, body) VALUES (%d, %d, %d, '%s')"
            .formatted(id, request, user, body));
  }

  /** Fills the tables with many requests of many people, of which some rows are dirty. */
  void fillDirty(int supporters, int requests, long seed) throws SQLException {
    var random = new Random(seed);
    connection.setAutoCommit(false);
    creator(1);
    creator(2);
    user(10, "team10@old.test", "Team", "1", null);
    try (PreparedStatement users =
            connection.prepareStatement(
                "INSERT INTO users (id, email, username, role, created_by, patreon_tier_data)"
                    + " VALUES (?, ?, ?, ?, ?, "
                    + (postgres ? "CAST(? AS jsonb)" : "?")
                    + ")");
        PreparedStatement rows =
            connection.prepareStatement(
                "INSERT INTO book_requests (id, creator_id, user_id, title, author, message,"
                    + " status, refunded, response, responded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
                    + " ?, ?)")) {
      for (int index = 0; index < supporters; index++) {
        long id = 100L + index;
        int allowed = random.nextInt(6);
        users.setLong(1, id);
        users.setString(
            2, index % 50 == 1 ? "READER" + (id - 1) + "@old.test" : "reader" + id + "@old.test");
        users.setString(3, index % 70 == 0 ? " " : "Reader " + id);
        users.setString(4, index % 3 == 0 ? "PATREON" : "patreon");
        users.setLong(5, index % 90 == 5 ? 77 : 1 + index % 2);
        users.setString(
            6,
            index % 40 == 7
                ? null
                : tier(index % 2 == 0 ? "Gold" : "gold", allowed, random.nextInt(allowed + 2)));
        users.addBatch();
      }
      users.executeBatch();
      List<String> statuses =
          List.of("PENDING", "approved", "REJECTED", "Completed", "cancelled", "weird");
      for (long id = 1; id <= requests; id++) {
        long user = 100L + random.nextInt(supporters);
        String status = statuses.get(random.nextInt(id % 100 == 0 ? 6 : 5));
        rows.setLong(1, id);
        rows.setLong(2, id % 500 == 3 ? 99 : 1 + (user - 100) % 2);
        rows.setLong(3, id % 400 == 1 ? 999_999 : user);
        rows.setString(4, id % 300 == 0 ? "Long ".repeat(100) : "Book " + id);
        rows.setString(5, id % 5 == 0 ? null : "Author " + id % 7);
        rows.setString(6, id % 4 == 0 ? "please" : null);
        rows.setString(7, status);
        rows.setBoolean(
            8,
            id % 50 == 0
                ? random.nextBoolean()
                : List.of("REJECTED", "cancelled").contains(status));
        rows.setString(9, status.equals("REJECTED") ? "Sorry" : null);
        rows.setObject(
            10, status.equals("REJECTED") ? (id % 20 == 0 ? 555L : 10L) : null, Types.BIGINT);
        rows.addBatch();
        if (id % 1000 == 0) {
          rows.executeBatch();
        }
      }
      rows.executeBatch();
    }
    run(
        "INSERT INTO book_request_replies (id, request_id, user_id, body)"
            + " SELECT id, id, user_id, 'Reply to ' || id FROM book_requests WHERE id % 10 = 0");
    run(
        "INSERT INTO book_request_replies (id, request_id, user_id, body)"
            + " VALUES (%d, 123456789, 100, 'lost')".formatted(requests + 1));
    connection.commit();
    connection.setAutoCommit(true);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
