package io.bookbell.server.account;

import io.bookbell.server.account.FairExecutor.QueueFullException;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.Problem;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Checks and hashes passwords. Thread-safe. A hash takes about a tenth of a second of CPU time, so
 * it runs on a few dedicated threads that serve the clients round-robin. A client with too many
 * waiting gets a {@link Problem} 429. What a client waits for no longer isn't hashed, and fails
 * with {@link java.util.concurrent.CancellationException}.
 *
 * <p>Passwords are hashed in Unicode normalization form NFC, because keyboards differ in how they
 * encode an ü. Older releases stored hashes of other forms; these still match. So do hashes of
 * imported accounts, in any form that {@link StoredHash} knows.
 */
public final class PasswordHasher implements AutoCloseable {
  private static final int MAX_THREADS = 4;
  private static final int MAX_WAITING_PER_CLIENT = 128;
  private static final int MAX_WAITING = 1_024;
  private static final long SECONDS_TO_WAIT = 10;

  /**
   * The hash of an unknown password. Checking against it costs as much as against a real one, so
   * response times don't reveal which addresses have accounts.
   */
  private static final String DECOY =
      "$argon2id$v=19$m=19456,t=2,p=1$djbMkWdeAsF9YfDO37wnmw$luCPEkWIgrPpC3uwOjw9CGvgDO+zV5y2+ijt6+1J9bw";

  private final FairExecutor executor;

  /**
   * Checks imported hashes one at a time, because one may take much memory; on a thread of its own,
   * so that nobody else waits for them.
   */
  private final FairExecutor importedExecutor;

  private final Argon2Hasher argon2Hasher;

  public PasswordHasher() {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MAX_THREADS);
    executor = new FairExecutor("passwords-", threads, MAX_WAITING_PER_CLIENT, MAX_WAITING);
    importedExecutor =
        new FairExecutor("imported-passwords-", 1, MAX_WAITING_PER_CLIENT, MAX_WAITING);
    argon2Hasher = new Argon2Hasher(threads);
  }

  /** The result of checking a password against a stored hash. */
  enum PasswordVerdict {
    WRONG,
    RIGHT,
    /**
     * Right, but the hash is of an older Unicode form, or an imported one, and should be replaced.
     */
    TO_BE_HASHED_AGAIN;

    boolean isCorrect() {
      return this != WRONG;
    }
  }

  /**
   * The request for which a password is hashed.
   *
   * @param client the key for fair scheduling, {@link SignInService.SignInClient#clientKey}
   * @param ended completes when nobody needs the hash any more, {@link ApiRequest#whenEnded}
   */
  public record HashRequest(String client, CompletionStage<?> ended) {
    /** A request without a session. */
    public static HashRequest of(ApiRequest apiRequest) {
      return new HashRequest(
          SignInService.SignInClient.ofNetwork(apiRequest.clientAddress().networkKey()).clientKey(),
          apiRequest.whenEnded());
    }
  }

  /**
   * Hashes the password of a new account. Fails with a {@link Problem} 400 if the password violates
   * {@link PasswordPolicy}.
   */
  public CompletableFuture<String> hashNewPassword(
      HashRequest hashRequest, AccountRequestParser.AccountRequest accountRequest) {
    return hashNewPassword(hashRequest, "password", accountRequest);
  }

  /**
   * Like {@link #hashNewPassword(HashRequest, AccountRequestParser.AccountRequest)}.
   *
   * @param field the field of the request that contains the password
   */
  CompletableFuture<String> hashNewPassword(
      HashRequest hashRequest, String field, AccountRequestParser.AccountRequest accountRequest) {
    return submitFairly(
        hashRequest,
        () -> {
          PasswordPolicy.requireValid(field, accountRequest);
          return argon2Hasher.hashPassword(normalizeNfc(accountRequest.password()));
        });
  }

  /**
   * Like {@link #hashNewPassword}, but without the policy check, for a password that has just been
   * verified.
   */
  CompletableFuture<String> hashPassword(HashRequest hashRequest, String password) {
    return submitFairly(hashRequest, () -> argon2Hasher.hashPassword(normalizeNfc(password)));
  }

  /**
   * Checks a password against a hash; an empty hash, for an unknown account, never matches but
   * takes as long.
   */
  CompletableFuture<PasswordVerdict> verifyPassword(
      HashRequest hashRequest, String password, Optional<String> hash) {
    String known = hash.orElse(DECOY);
    if (Argon2Hasher.isOwnForm(known)) {
      return submitFairly(hashRequest, () -> verifyOwn(password, known));
    }
    return StoredHash.parse(known)
        .map(imported -> verifyImported(hashRequest, password, imported))
        .orElseGet(() -> verifyNone(hashRequest, password));
  }

  private CompletableFuture<PasswordVerdict> verifyImported(
      HashRequest hashRequest, String password, StoredHash imported) {
    return submitFairly(
        importedExecutor,
        hashRequest,
        () ->
            normalizationForms(password).stream().anyMatch(imported::matches)
                ? PasswordVerdict.TO_BE_HASHED_AGAIN
                : PasswordVerdict.WRONG);
  }

  /** For a hash that none is, such as that of an account without a password. */
  private CompletableFuture<PasswordVerdict> verifyNone(HashRequest hashRequest, String password) {
    return submitFairly(
        hashRequest,
        () -> {
          var _ = verifyOwn(password, DECOY);
          return PasswordVerdict.WRONG;
        });
  }

  private PasswordVerdict verifyOwn(String password, String hash) {
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

  /**
   * Returns the distinct forms in which a password may have been hashed, the current one first.
   * Usually there is only one.
   */
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

  private <T> CompletableFuture<T> submitFairly(HashRequest hashRequest, Supplier<T> work) {
    return submitFairly(executor, hashRequest, work);
  }

  private static <T> CompletableFuture<T> submitFairly(
      FairExecutor executor, HashRequest hashRequest, Supplier<T> work) {
    return executor
        .submit(hashRequest.client, work, hashRequest.ended)
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

  /** Like {@link #hashPassword}, but on the calling thread, for the command line. */
  public static String hashNow(String password) {
    return new Argon2Hasher(1).hashPassword(normalizeNfc(password));
  }

  @Override
  public void close() {
    executor.close();
    importedExecutor.close();
  }
}
