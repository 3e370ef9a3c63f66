package io.bookbell.server.news;

import io.bookbell.hub.UserId;
import io.bookbell.server.news.NewsPreference.QuietHours;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;

/** Stores when people are sent news. Thread-safe and stateless. */
public final class NewsPreferenceStore {
  private static final int MINUTES_PER_HOUR = 60;

  /** Returns what the person has chosen, or the default. */
  public NewsPreference get(Transaction tx, UserId user) {
    return find(tx, user).orElse(NewsPreference.DEFAULT);
  }

  /** Returns what the person has chosen. */
  public Optional<NewsPreference> find(Transaction tx, UserId user) {
    return tx.query(
            """
            SELECT digest, quiet_from, quiet_to, time_zone, language
            FROM news_preference
            WHERE user_id = ?""",
            user)
        .first(NewsPreferenceStore::read);
  }

  private static NewsPreference read(SqlRow row) throws SQLException {
    Integer from = row.findInt("quiet_from");
    Integer to = row.findInt("quiet_to");
    return new NewsPreference(
        Digest.of(row.getString("digest")),
        from == null || to == null
            ? Optional.empty()
            : Optional.of(new QuietHours(toTime(from), toTime(to))),
        ZoneId.of(row.getString("time_zone")),
        row.getString("language"));
  }

  public void put(Transaction tx, UserId user, NewsPreference preference) {
    tx.update(
        """
        INSERT INTO news_preference (user_id, digest, quiet_from, quiet_to, time_zone, language)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET
          digest = excluded.digest,
          quiet_from = excluded.quiet_from,
          quiet_to = excluded.quiet_to,
          time_zone = excluded.time_zone,
          language = excluded.language""",
        user,
        preference.digest().wireName(),
        preference.quiet().map(hours -> toMinutes(hours.from())).orElse(null),
        preference.quiet().map(hours -> toMinutes(hours.to())).orElse(null),
        preference.timeZone().getId(),
        preference.language());
  }

  public void delete(Transaction tx, UserId user) {
    tx.update("DELETE FROM news_preference WHERE user_id = ?", user);
  }

  private static LocalTime toTime(int minutes) {
    return LocalTime.of(minutes / MINUTES_PER_HOUR, minutes % MINUTES_PER_HOUR);
  }

  private static int toMinutes(LocalTime time) {
    return time.getHour() * MINUTES_PER_HOUR + time.getMinute();
  }
}
