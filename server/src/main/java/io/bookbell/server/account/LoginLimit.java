package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.LOGIN_FAILURE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;
import io.bookbell.server.web.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Slows down who guesses passwords: after some failures for one address within a minute no further
 * attempt is looked at until the minute is over. Counted in the database, so on all nodes together.
 * Thread-safe: it keeps nothing between calls.
 */
public final class LoginLimit {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int REMOVED_AT_ONCE = 500;

  private final int most;

  /**
   * Creates a limit.
   *
   * @param most failures for one address in a minute
   */
  public LoginLimit(int most) {
    this.most = most;
  }

  /**
   * Counts an attempt as failed, before its password is looked at, so that many at once are not all
   * let through.
   *
   * @return the refusal, if there were too many; to be thrown once the count is committed
   */
  Optional<Problem> count(Transaction tx, String email) {
    Instant now = tx.now();
    var over = LOGIN_FAILURE.WINDOW_ENDS_AT.le(now);
    var row =
        tx.sql()
            .insertInto(LOGIN_FAILURE)
            .set(LOGIN_FAILURE.EMAIL_HASH, hash(email))
            .set(LOGIN_FAILURE.FAILURES, 1)
            .set(LOGIN_FAILURE.WINDOW_ENDS_AT, now.plus(WINDOW))
            .onConflict(LOGIN_FAILURE.EMAIL_HASH)
            .doUpdate()
            .set(LOGIN_FAILURE.FAILURES, when(over, 1).otherwise(LOGIN_FAILURE.FAILURES.plus(1)))
            .set(
                LOGIN_FAILURE.WINDOW_ENDS_AT,
                when(over, val(now.plus(WINDOW), LOGIN_FAILURE.WINDOW_ENDS_AT))
                    .otherwise(LOGIN_FAILURE.WINDOW_ENDS_AT))
            .returning(LOGIN_FAILURE.FAILURES, LOGIN_FAILURE.WINDOW_ENDS_AT)
            .fetchSingle();
    if (row.getFailures() <= most) {
      return Optional.empty();
    }
    long wait = Math.max(1, Duration.between(now, row.getWindowEndsAt()).toSeconds() + 1);
    return Optional.of(
        Problem.tooMany(
            "too_many_logins",
            "The password of this account was wrong too often. Wait a moment.",
            wait));
  }

  /** The password was right after all. */
  void forget(Transaction tx, String email) {
    tx.sql().deleteFrom(LOGIN_FAILURE).where(LOGIN_FAILURE.EMAIL_HASH.eq(hash(email))).execute();
  }

  /**
   * Removes some counts whose minute is over.
   *
   * @return whether there may be more
   */
  public boolean removeExpired(Transaction tx) {
    var expired =
        tx.sql()
            .select(LOGIN_FAILURE.EMAIL_HASH)
            .from(LOGIN_FAILURE)
            .where(LOGIN_FAILURE.WINDOW_ENDS_AT.le(tx.now()))
            .limit(REMOVED_AT_ONCE)
            .fetch(LOGIN_FAILURE.EMAIL_HASH);
    if (!expired.isEmpty()) {
      tx.sql().deleteFrom(LOGIN_FAILURE).where(LOGIN_FAILURE.EMAIL_HASH.in(expired)).execute();
    }
    return expired.size() == REMOVED_AT_ONCE;
  }

  private static String hash(String email) {
    return Sha256.hex(email.getBytes(UTF_8));
  }
}
