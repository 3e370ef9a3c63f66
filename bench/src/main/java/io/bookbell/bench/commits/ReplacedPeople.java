package io.bookbell.bench.commits;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.commits.People.Person;
import io.bookbell.hub.UserId;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Creates the same people as {@link People} in the tables of the replaced system. */
final class ReplacedPeople implements AutoCloseable {
  /** Signs the sessions. */
  static final String SECRET = "the secret of the replaced system, for benchmarks only";

  private static final String INSERT =
      """
      INSERT INTO users (email, username, role, created_by, is_active, patreon_tier_data, created_at)
      VALUES (?, ?, ?, ?, true, CAST(? AS jsonb), now()) RETURNING id""";
  private static final String TIER =
      """
      {"title":"All","book_requests_allowed":1000000,"book_requests_used":0,\
      "period_start":"2025-11-01T00:00:00"}""";

  private final PreparedStatement insert;

  private ReplacedPeople(PreparedStatement insert) {
    this.insert = insert;
  }

  /**
   * Creates them.
   *
   * @param jdbcUrl of a database with the tables
   */
  static List<Circle> lay(String jdbcUrl, int creators) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, PostgresServer.USER, "");
        var people = new ReplacedPeople(connection.prepareStatement(INSERT))) {
      var circles = new ArrayList<Circle>();
      for (int number = 0; number < creators; number++) {
        circles.add(people.circle("c" + number));
      }
      return circles;
    }
  }

  private Circle circle(String name) throws SQLException {
    Person creator = person(name, "creator", null);
    var admins = new ArrayList<>(List.of(creator));
    for (int number = 0; number < People.TEAM; number++) {
      admins.add(person(name + "t" + number, "team", creator));
    }
    var supporters = new ArrayList<Person>();
    for (int number = 0; number < People.SUPPORTERS; number++) {
      supporters.add(person(name + "s" + number, "patreon", creator));
    }
    return new Circle(creator.id(), admins, supporters);
  }

  private Person person(String name, String role, @Nullable Person creator) throws SQLException {
    insert.setString(1, name + "@bench.test");
    insert.setString(2, name);
    insert.setString(3, role);
    insert.setObject(4, creator == null ? null : creator.id().value());
    insert.setString(5, role.equals("patreon") ? TIER : null);
    try (ResultSet row = insert.executeQuery()) {
      row.next();
      var id = new UserId(row.getLong(1));
      return new Person(id, token(id));
    }
  }

  /** Returns a JWT (RFC 7519) signed with HS256. */
  private static String token(UserId user) {
    String text = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8));
    text += "." + base64("{\"sub\":\"%s\"}".formatted(user).getBytes(UTF_8));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
      return text + "." + base64(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has HmacSHA256", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() throws SQLException {
    insert.close();
  }
}
