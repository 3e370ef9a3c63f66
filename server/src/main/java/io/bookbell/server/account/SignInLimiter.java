package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.http.Problem;
import io.bookbell.server.http.Sha256;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Limits password guessing. Wrong passwords are counted per client and account, per client, and per
 * account; above a limit, further attempts are refused until the window ends. The counters are in
 * the database and so apply to all nodes together. Thread-safe and stateless.
 *
 * <p>A device on which the user has signed in before has only a counter of its own, so guesses from
 * elsewhere can't lock the owner out.
 */
public final class SignInLimiter {
  private static final int REMOVED_AT_ONCE = 500;

  /** Adds one to the failures, or begins a new window. */
  private static final String COUNT =
      """
      INSERT INTO login_failure (email_hash, failures, window_ends_at)
      VALUES (?, 1, ?)
      ON CONFLICT (email_hash) DO UPDATE SET
        failures = CASE
          WHEN login_failure.window_ends_at <= ? THEN 1
          ELSE login_failure.failures + 1
        END,
        window_ends_at = CASE
          WHEN login_failure.window_ends_at <= ? THEN excluded.window_ends_at
          ELSE login_failure.window_ends_at
        END
      RETURNING failures, window_ends_at""";

  private final SignInLimits signInLimits;

  /** The numbers of wrong passwords allowed per window. */
  public record SignInLimits(int perAccountAndClient, int perClient, int perAccount) {
    static final Duration SHORT = Duration.ofMinutes(1);
    static final Duration LONG = Duration.ofMinutes(15);
  }

  public SignInLimiter(SignInLimits signInLimits) {
    this.signInLimits = signInLimits;
  }

  /**
   * One of the counters that an attempt increments.
   *
   * @param isNarrow whether a correct password resets it
   */
  private record AttemptLimit(String subject, int most, Duration window, boolean isNarrow) {
    String subjectHash() {
      return Sha256.hexDigest(subject.getBytes(UTF_8));
    }
  }

  private List<AttemptLimit> countersFor(String email, SignInService.SignInClient signInClient) {
    String key = signInClient.clientKey();
    var own =
        new AttemptLimit(
            "login " + key + " " + email,
            signInLimits.perAccountAndClient,
            SignInLimits.SHORT,
            true);
    return signInClient.isKnownDevice()
        ? List.of(own)
        : List.of(
            new AttemptLimit("login " + key, signInLimits.perClient, SignInLimits.SHORT, false),
            own,
            new AttemptLimit(
                "login to " + email, signInLimits.perAccount, SignInLimits.LONG, false));
  }

  /**
   * Counts an attempt as failed before its password is checked, so that concurrent attempts can't
   * all pass.
   *
   * @return the refusal if a limit is exceeded, to be thrown once the count is committed
   */
  Optional<Problem> countAttempt(
      Transaction tx, String email, SignInService.SignInClient signInClient) {
    for (AttemptLimit attemptLimit : countersFor(email, signInClient)) {
      Optional<Problem> refusal = incrementCounter(tx, attemptLimit);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private static Optional<Problem> incrementCounter(Transaction tx, AttemptLimit attemptLimit) {
    Instant now = tx.now();
    Instant end = now.plus(attemptLimit.window);
    AttemptCounter counted =
        tx.query(COUNT, attemptLimit.subjectHash(), end, now, now)
            .single(
                row -> new AttemptCounter(row.getInt("failures"), row.getTime("window_ends_at")));
    if (counted.failures <= attemptLimit.most) {
      return Optional.empty();
    }
    long wait = Math.max(1, Duration.between(now, counted.windowEndsAt).toSeconds() + 1);
    return Optional.of(
        Problem.tooMany(
            "too_many_logins",
            "Too many wrong passwords. Try again in " + wait + " seconds.",
            wait));
  }

  private record AttemptCounter(int failures, Instant windowEndsAt) {}

  /**
   * Corrects the counters after a correct password: removes this attempt, and resets the counter of
   * this client and account.
   */
  void recordSuccess(Transaction tx, String email, SignInService.SignInClient signInClient) {
    for (AttemptLimit attemptLimit : countersFor(email, signInClient)) {
      String hash = attemptLimit.subjectHash();
      if (attemptLimit.isNarrow) {
        tx.update("DELETE FROM login_failure WHERE email_hash = ?", hash);
      } else {
        tx.update("DELETE FROM login_failure WHERE email_hash = ? AND failures <= 1", hash);
        tx.update("UPDATE login_failure SET failures = failures - 1 WHERE email_hash = ?", hash);
      }
    }
  }

  /**
   * Deletes a batch of expired counters.
   *
   * @return whether there may be more
   */
  public boolean removeExpired(Transaction tx) {
    List<String> expired =
        tx.query(
                "SELECT email_hash FROM login_failure WHERE window_ends_at <= ? LIMIT ?",
                tx.now(),
                REMOVED_AT_ONCE)
            .list(row -> row.getString("email_hash"));
    if (!expired.isEmpty()) {
      tx.update("DELETE FROM login_failure WHERE email_hash IN (?)", expired);
    }
    return expired.size() == REMOVED_AT_ONCE;
  }
}
