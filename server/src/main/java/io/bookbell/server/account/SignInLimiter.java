package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.LOGIN_FAILURE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

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
    var over = LOGIN_FAILURE.WINDOW_ENDS_AT.le(now);
    var upsert =
        tx.sql()
            .insertInto(LOGIN_FAILURE)
            .set(LOGIN_FAILURE.EMAIL_HASH, attemptLimit.subjectHash())
            .set(LOGIN_FAILURE.FAILURES, 1)
            .set(LOGIN_FAILURE.WINDOW_ENDS_AT, end)
            .onConflict(LOGIN_FAILURE.EMAIL_HASH)
            .doUpdate()
            .set(LOGIN_FAILURE.FAILURES, when(over, 1).otherwise(LOGIN_FAILURE.FAILURES.plus(1)))
            .set(
                LOGIN_FAILURE.WINDOW_ENDS_AT,
                when(over, val(end, LOGIN_FAILURE.WINDOW_ENDS_AT))
                    .otherwise(LOGIN_FAILURE.WINDOW_ENDS_AT));
    var row =
        tx.executeReturning(upsert, LOGIN_FAILURE.FAILURES, LOGIN_FAILURE.WINDOW_ENDS_AT)
            .getFirst();
    if (row.get(LOGIN_FAILURE.FAILURES) <= attemptLimit.most) {
      return Optional.empty();
    }
    Instant reopens = row.get(LOGIN_FAILURE.WINDOW_ENDS_AT);
    long wait = Math.max(1, Duration.between(now, reopens).toSeconds() + 1);
    return Optional.of(
        Problem.tooMany(
            "too_many_logins",
            "Too many wrong passwords. Try again in " + wait + " seconds.",
            wait));
  }

  /**
   * Corrects the counters after a correct password: removes this attempt, and resets the counter of
   * this client and account.
   */
  void recordSuccess(Transaction tx, String email, SignInService.SignInClient signInClient) {
    for (AttemptLimit attemptLimit : countersFor(email, signInClient)) {
      var row = LOGIN_FAILURE.EMAIL_HASH.eq(attemptLimit.subjectHash());
      if (attemptLimit.isNarrow) {
        tx.sql().deleteFrom(LOGIN_FAILURE).where(row).execute();
      } else {
        tx.sql().deleteFrom(LOGIN_FAILURE).where(row).and(LOGIN_FAILURE.FAILURES.le(1)).execute();
        tx.sql()
            .update(LOGIN_FAILURE)
            .set(LOGIN_FAILURE.FAILURES, LOGIN_FAILURE.FAILURES.minus(1))
            .where(row)
            .execute();
      }
    }
  }

  /**
   * Deletes a batch of expired counters.
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
}
