package io.bookbell.server.account;

import io.bookbell.server.account.FairExecutor.QueueFullException;
import io.bookbell.server.web.CompletionFailures;
import io.bookbell.server.web.Problem;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Checks and hashes passwords. Thread-safe; a hash takes a tenth of a second of a processor, so the
 * work is done on a few threads of its own, in turn for each client. A client that has too much
 * waiting gets a {@link Problem} 429.
 *
 * <p>Passwords are hashed in Unicode's composed form (NFC), since keyboards differ in how they
 * write an ü. Hashes of what was typed in another form were stored in the past; they still match.
 */
public final class PasswordHasher implements AutoCloseable {
  private static final int MOST_THREADS = 4;
  private static final int MOST_WAITING_PER_CLIENT = 128;
  private static final int MOST_WAITING = 1_024;
  private static final long SECONDS_TO_WAIT = 10;

  /**
   * The hash of a password that nobody has: it costs what a real one costs, so that the time does
   * not tell which addresses have accounts.
   */
  private static final String DECOY =
      "$argon2id$v=19$m=19456,t=2,p=1$djbMkWdeAsF9YfDO37wnmw$luCPEkWIgrPpC3uwOjw9CGvgDO+zV5y2+ijt6+1J9bw";

  private final FairExecutor executor;
  private final Argon2Hasher argon2Hasher;

  public PasswordHasher() {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_THREADS);
    executor = new FairExecutor("passwords-", threads, MOST_WAITING_PER_CLIENT, MOST_WAITING);
    argon2Hasher = new Argon2Hasher(threads);
  }

  /** What a stored hash says to a password. */
  enum PasswordVerdict {
    WRONG,
    RIGHT,
    /** Right, but hashed in a form of Unicode that is not used any more. */
    TO_BE_HASHED_AGAIN;

    boolean isCorrect() {
      return this != WRONG;
    }
  }

  /**
   * Hashes the password of a new account. Fails with a {@link Problem} 400 when the rule does not
   * allow it.
   *
   * @param client who asks, as {@link SignInService.SignInClient#clientKey}
   */
  public CompletableFuture<String> hashNewPassword(
      String client, AccountRequestParser.AccountRequest accountRequest) {
    return submitFairly(
        client,
        () -> {
          PasswordPolicy.requireValid(accountRequest);
          return argon2Hasher.hashPassword(normalizeNfc(accountRequest.password()));
        });
  }

  /** As {@link #hashNewPassword}, for a password that is known to be right. */
  CompletableFuture<String> hashPassword(String client, String password) {
    return submitFairly(client, () -> argon2Hasher.hashPassword(normalizeNfc(password)));
  }

  /** Whether it is the password of that hash; empty where there is no account, and so no hash. */
  CompletableFuture<PasswordVerdict> verifyPassword(
      String client, String password, Optional<String> hash) {
    return submitFairly(client, () -> verifyNow(password, hash.orElse(DECOY)));
  }

  private PasswordVerdict verifyNow(String password, String hash) {
    List<String> forms = normalizationForms(password);
    for (String form : forms) {
      if (argon2Hasher.matchesHash(form, hash)) {
        return form.equals(forms.getFirst())
            ? PasswordVerdict.RIGHT
            : PasswordVerdict.TO_BE_HASHED_AGAIN;
      }
    }
    return PasswordVerdict.WRONG;
  }

  /** The forms in which a password may have been hashed, today's first; mostly they are one. */
  private static List<String> normalizationForms(String password) {
    var forms = new LinkedHashSet<String>();
    forms.add(normalizeNfc(password));
    forms.add(password);
    forms.add(Normalizer.normalize(password, Form.NFD));
    return List.copyOf(forms);
  }

  static String normalizeNfc(String password) {
    return Normalizer.normalize(password, Form.NFC);
  }

  private <T> CompletableFuture<T> submitFairly(String client, Supplier<T> work) {
    return executor
        .submit(client, work)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    CompletionFailures.unwrapCause(failure) instanceof QueueFullException
                        ? Problem.tooMany(
                            "rate_limited",
                            "Too many sign-ins at once from your address. Try again in "
                                + SECONDS_TO_WAIT
                                + " seconds.",
                            SECONDS_TO_WAIT)
                        : failure));
  }

  /** As {@link #hashPassword}, on the calling thread: for the command line. */
  public static String hashNow(String password) {
    return new Argon2Hasher(1).hashPassword(normalizeNfc(password));
  }

  @Override
  public void close() {
    executor.close();
  }
}
