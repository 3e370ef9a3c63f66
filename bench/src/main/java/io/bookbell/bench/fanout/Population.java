package io.bookbell.bench.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes a creator and many supporters with sessions into the SQLite file of a stopped Bookbell.
 * Thousands of sign-ups through the API would spend minutes hashing passwords.
 */
public final class Population {
  public static final int CREATOR = 1;
  private static final int FIRST_SUPPORTER = 1000;
  private static final long YEAR_MILLIS = 365L * 24 * 3600 * 1000;

  private Population() {}

  /** Returns the id of a connection's user; each connection has its own. */
  public static int supporter(int connection) {
    return FIRST_SUPPORTER + connection;
  }

  /** Returns the token of a user's session. */
  public static String token(int user) {
    return "bench-" + user;
  }

  /**
   * Writes the users.
   *
   * @param data the folder of a Bookbell that was started once, so that the schema exists
   */
  public static void lay(Path data, int supporters) throws SQLException {
    String url = "jdbc:sqlite:" + data.resolve("bookbell.db");
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      long now = System.currentTimeMillis();
      try (Statement sql = connection.createStatement()) {
        user(connection, CREATOR, now);
        sql.executeUpdate(
            "INSERT INTO creator (id, name, created_at) VALUES (%d, 'Bench', %d)"
                .formatted(CREATOR, now));
        sql.executeUpdate(
            "INSERT INTO tier (id, creator_id, name, requests_allowed, period, created_at)"
                + " VALUES (1, %d, 'All', 1000000, 'none', %d)".formatted(CREATOR, now));
        for (int connected = 0; connected < supporters; connected++) {
          int user = supporter(connected);
          user(connection, user, now);
          sql.executeUpdate(
              "INSERT INTO membership (creator_id, user_id, tier_id, period_key, created_at)"
                  + " VALUES (%d, %d, 1, 'none', %d)".formatted(CREATOR, user, now));
        }
      }
      connection.commit();
    }
  }

  /**
   * Writes requests, distributed over the supporters; half of them are pending, half approved.
   *
   * @param supporters the number of supporters written before, at least one
   */
  static void layRequests(Path data, int supporters, int requests) throws SQLException {
    String url = "jdbc:sqlite:" + data.resolve("bookbell.db");
    String numbers =
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d)"
            .formatted(requests);
    String asker = "%d + n %% %d".formatted(FIRST_SUPPORTER, supporters);
    long now = System.currentTimeMillis();
    try (Connection connection = DriverManager.getConnection(url);
        Statement sql = connection.createStatement()) {
      connection.setAutoCommit(false);
      if (requests == 0) {
        return;
      }
      sql.executeUpdate(
          "INSERT INTO book_request"
              + " (creator_id, user_id, title, author, status, indexed, created_at, updated_at) "
              + numbers
              + " SELECT %d, %s, 'Book ' || n, 'Author ' || (n %% 1000),".formatted(CREATOR, asker)
              + " iif(n %% 2 = 0, 'pending', 'approved'), 1, %d, %d FROM numbers"
                  .formatted(now, now));
      for (String word : List.of("'book'", "n", "'author'", "n % 1000")) {
        sql.executeUpdate(
            "INSERT OR IGNORE INTO request_word (creator_id, word, request_id) "
                + numbers
                + " SELECT %d, CAST(%s AS TEXT), n FROM numbers".formatted(CREATOR, word));
      }
      sql.executeUpdate(
          "INSERT INTO quota_ledger (creator_id, user_id, kind, amount, request_id, period_key,"
              + " used_after, allowed, actor_id, created_at)"
              + " SELECT creator_id, user_id, 'consume', 1, id, 'none', (id - 1) / %d + 1, 1000000,"
                  .formatted(supporters)
              + " user_id, created_at FROM book_request");
      sql.executeUpdate(
          "UPDATE membership SET used ="
              + " (SELECT count(*) FROM book_request r WHERE r.creator_id = membership.creator_id"
              + " AND r.user_id = membership.user_id)");
      sql.executeUpdate("UPDATE creator SET pending_count = " + requests / 2);
      connection.commit();
    }
  }

  private static void user(Connection connection, int user, long now) throws SQLException {
    try (PreparedStatement account =
            connection.prepareStatement(
                "INSERT INTO app_user (id, email, display_name, password_hash, created_at)"
                    + " VALUES (?, ?, ?, 'none', ?)");
        PreparedStatement head =
            connection.prepareStatement("INSERT INTO inbox_head (user_id) VALUES (?)");
        PreparedStatement session =
            connection.prepareStatement(
                "INSERT INTO session (token_hash, user_id, created_at, last_used_at, expires_at)"
                    + " VALUES (?, ?, ?, ?, ?)")) {
      account.setInt(1, user);
      account.setString(2, "user" + user + "@bench.test");
      account.setString(3, "User " + user);
      account.setLong(4, now);
      account.executeUpdate();
      head.setInt(1, user);
      head.executeUpdate();
      session.setString(1, sha256(token(user)));
      session.setInt(2, user);
      session.setLong(3, now);
      session.setLong(4, now);
      session.setLong(5, now + YEAR_MILLIS);
      session.executeUpdate();
    }
  }

  private static String sha256(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
