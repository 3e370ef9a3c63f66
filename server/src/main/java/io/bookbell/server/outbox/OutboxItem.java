package io.bookbell.server.outbox;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one target is to be sent about one event.
 *
 * @param id stays the same however often the item is sent, and grows with each item of a target
 * @param event the wire name of a {@link NewsEvent}, or a name that only the target's kind knows
 * @param notification the notification on the page that says the same
 * @param asAdmin whether the person is told as an admin of the creator
 * @param body JSON
 * @param attempts how often it was begun to be sent, whether or not that came to an end
 * @param error why the last attempt failed
 */
public record OutboxItem(
    long id,
    long target,
    String event,
    @Nullable UserId creator,
    @Nullable Long request,
    @Nullable Long notification,
    boolean asAdmin,
    String body,
    Instant createdAt,
    ItemState state,
    int attempts,
    @Nullable Instant settledAt,
    @Nullable String error) {

  static final String COLUMNS =
      """
      id, target_id, event, creator_id, request_id, notification_id, as_admin, body, created_at,
        state, attempts, settled_at, error""";

  /** How far an item has come. */
  public enum ItemState {
    /** No node has seen it yet. */
    NEW,
    QUEUED,
    SENT,
    FAILED,
    /** It wasn't wanted any more when its time came. */
    SKIPPED;

    /** The form in the database and in the API. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static OutboxItem of(SqlRow row) throws SQLException {
    return new OutboxItem(
        row.getLong("id"),
        row.getLong("target_id"),
        row.getString("event"),
        row.findUser("creator_id"),
        row.findLong("request_id"),
        row.findLong("notification_id"),
        row.getBoolean("as_admin"),
        row.getString("body"),
        row.getTime("created_at"),
        ItemState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getInt("attempts"),
        row.findTime("settled_at"),
        row.findString("error"));
  }
}
