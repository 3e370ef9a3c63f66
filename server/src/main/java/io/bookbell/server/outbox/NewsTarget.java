package io.bookbell.server.outbox;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An address to which news is sent.
 *
 * @param user the person it belongs to or, for a webhook, who made it
 * @param creator the creator whose events a webhook gets
 * @param details JSON that only the kind's transport reads
 * @param token known only to whoever receives what is sent there
 * @param verified whether the owner of the address has agreed
 * @param failures failed attempts since the last success
 * @param failingSince null while there are none
 */
public record NewsTarget(
    long id,
    UserId user,
    @Nullable UserId creator,
    TargetPurpose purpose,
    NewsKind kind,
    String address,
    String details,
    String token,
    boolean verified,
    Instant createdAt,
    int failures,
    @Nullable Instant failingSince,
    @Nullable String lastError) {

  static final String COLUMNS =
      """
      id, user_id, creator_id, purpose, kind, address, details, token, verified, created_at,
        failures, failing_since, last_error""";

  /** What a target is for. */
  public enum TargetPurpose {
    /** What a person has chosen to be told in this way. */
    CHANNEL,
    /** All events of a creator. */
    WEBHOOK,
    /** A single item, such as an invitation. The target is removed once that is settled. */
    ONCE;

    String storedName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static NewsTarget of(SqlRow row) throws SQLException {
    return new NewsTarget(
        row.getLong("id"),
        row.getUser("user_id"),
        row.findUser("creator_id"),
        TargetPurpose.valueOf(row.getString("purpose").toUpperCase(Locale.ROOT)),
        NewsKind.of(row.getString("kind")),
        row.getString("address"),
        row.getString("details"),
        row.getString("token"),
        row.getBoolean("verified"),
        row.getTime("created_at"),
        row.getInt("failures"),
        row.findTime("failing_since"),
        row.findString("last_error"));
  }

  /** Without the secrets: the address of a webhook or a chat contains some too. */
  @Override
  public String toString() {
    return "NewsTarget[" + id + ", " + kind + "]";
  }
}
