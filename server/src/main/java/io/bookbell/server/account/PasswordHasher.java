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

    boolean isRight() {
      return this != WRONG;
    }
  }

  /**
   * Hashes the password of a new account. Fails with a {@link Problem} 400 when the rule does not
   * allow it.
   *
   * @param client who asks, as {@link SignInService.SignInClient#key}
   */
  public CompletableFuture<String> hashNew(
      String client, AccountRequestParser.AccountRequest accountRequest) {
    return inTurn(
        client,
        () -> {
          PasswordPolicy.require(accountRequest);
          return argon2Hasher.hash(composed(accountRequest.password()));
        });
  }

  /** As {@link #hashNew}, for a password that is known to be right. */
  CompletableFuture<String> hash(String client, String password) {
    return inTurn(client, () -> argon2Hasher.hash(composed(password)));
  }

  /** Whether it is the password of that hash; empty where there is no account, and so no hash. */
  CompletableFuture<PasswordVerdict> check(String client, String password, Optional<String> hash) {
    return inTurn(client, () -> checkNow(password, hash.orElse(DECOY)));
  }

  private PasswordVerdict checkNow(String password, String hash) {
    List<String> forms = forms(password);
    for (String form : forms) {
      if (argon2Hasher.matches(form, hash)) {
        return form.equals(forms.getFirst())
            ? PasswordVerdict.RIGHT
            : PasswordVerdict.TO_BE_HASHED_AGAIN;
      }
    }
    return PasswordVerdict.WRONG;
  }

  /** The forms in which a password may have been hashed, today's first; mostly they are one. */
  private static List<String> forms(String password) {
    var forms = new LinkedHashSet<String>();
    forms.add(composed(password));
    forms.add(password);
    forms.add(Normalizer.normalize(password, Form.NFD));
    return List.copyOf(forms);
  }

  static String composed(String password) {
    return Normalizer.normalize(password, Form.NFC);
  }

  private <T> CompletableFuture<T> inTurn(String client, Supplier<T> work) {
    return executor
        .submit(client, work)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    CompletionFailures.cause(failure) instanceof QueueFullException
                        ? Problem.tooMany(
                            "rate_limited",
                            "Too many sign-ins at once from your address. Try again in "
                                + SECONDS_TO_WAIT
                                + " seconds.",
                            SECONDS_TO_WAIT)
                        : failure));
  }

  /** As {@link #hash}, on the calling thread: for the command line. */
  public static String hashNow(String password) {
    return new Argon2Hasher(1).hash(composed(password));
  }

  @Override
  public void close() {
    executor.close();
  }
}
