package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlFragment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands idempotent by the client's {@code Idempotency-Key}. Stateless and thread-safe.
 *
 * <p>The key is inserted first, in the same transaction as the command. So a concurrent duplicate
 * waits for it, a refused command leaves no key behind, and a command is stored together with its
 * response or not at all.
 */
public final class IdempotencyService {
  static final String HEADER = "Idempotency-Key";

  private static final int LONGEST_KEY = 200;
  private static final Duration KEPT = Duration.ofDays(2);
  private static final int REMOVED_AT_ONCE = 500;

  private static final String KEEP_ANSWER =
      "UPDATE idempotency_key SET answer = ? WHERE user_id = ? AND idempotency_key = ?";

  private IdempotencyService() {}

  /**
   * A key and the request it was sent with.
   *
   * @param key the key as stored
   * @param route method and path
   * @param bodyHash the hash of query and body
   * @param seal encrypts the stored response if it contains a secret
   */
  record IdempotencyKeyUse(
      String key, String route, String bodyHash, Optional<ResponseCipher> seal) {
    static IdempotencyKeyUse of(String key, ApiRequest apiRequest) {
      requireUsable(key);
      return new IdempotencyKeyUse(
          key,
          apiRequest.routeKey(),
          Sha256.hexDigest(apiRequest.queryAndBody()),
          Optional.empty());
    }

    /**
     * For a response with a secret, which can't be read from the database without the client's key.
     */
    static IdempotencyKeyUse forSecretResponse(String key, ApiRequest apiRequest, UserId user) {
      IdempotencyKeyUse open = of(key, apiRequest);
      String what = user + "\n" + open.route + "\n" + open.bodyHash;
      String hash = "sha256:" + Sha256.hexDigest(key.getBytes(UTF_8));
      return new IdempotencyKeyUse(
          hash, open.route, open.bodyHash, Optional.of(new ResponseCipher(key, what)));
    }

    @Nullable String encryptResponse(@Nullable String answer) {
      return seal.isPresent() ? seal.get().encrypt(answer) : answer;
    }

    @Nullable String decryptResponse(@Nullable String stored) {
      return seal.isPresent() ? seal.get().decrypt(stored) : stored;
    }
  }

  /**
   * Validates a key.
   *
   * @throws Problem 400 if it is invalid
   */
  static void requireUsable(String key) {
    if (key.isBlank() || key.length() > LONGEST_KEY || !key.chars().allMatch(c -> c >= ' ')) {
      throw Problem.validationFailed(
          HEADER, "must have 1 to " + LONGEST_KEY + " printable characters");
    }
  }

  static Problem keyConflict() {
    return Problem.conflict(
        "idempotency_conflict", "This Idempotency-Key was already used for a different request.");
  }

  /** Runs the command in a transaction, or returns the stored response of its first execution. */
  static CompletableFuture<EncodedResponse> writeOnce(
      Database database,
      UserId user,
      IdempotencyKeyUse idempotencyKeyUse,
      Function<Transaction, EncodedResponse> command) {
    return database
        .write(tx -> runOnce(tx, user, idempotencyKeyUse, () -> command.apply(tx)))
        .exceptionallyCompose(
            failure ->
                CompletionFailures.unwrapCause(failure) instanceof RepeatedRequestException
                    ? database.read(tx -> readStoredResponse(tx, user, idempotencyKeyUse))
                    : CompletableFuture.failedFuture(failure));
  }

  /**
   * Runs the command unless it was run before. To save a round trip, whether it was is known only
   * while the command runs.
   *
   * @throws RepeatedRequestException if it was run before; nothing of this run may be committed
   */
  private static EncodedResponse runOnce(
      Transaction tx,
      UserId user,
      IdempotencyKeyUse idempotencyKeyUse,
      Supplier<EncodedResponse> command) {
    PendingResult<Integer> claimed = claimKey(tx, user, idempotencyKeyUse);
    if (claimed.isKnown()) {
      requireClaimed(claimed);
    }
    EncodedResponse answer;
    try {
      answer = command.get();
    } catch (Problem refusal) {
      requireClaimed(claimed);
      throw refusal;
    } catch (RuntimeException e) {
      if (claimed.isKnown()) {
        requireClaimed(claimed);
      }
      throw e;
    }
    requireClaimed(claimed);
    tx.enqueue(
        KEEP_ANSWER,
        idempotencyKeyUse.encryptResponse(answer.json()),
        user,
        idempotencyKeyUse.key());
    return answer;
  }

  private static void requireClaimed(PendingResult<Integer> claimed) {
    if (claimed.get() == 0) {
      throw new RepeatedRequestException();
    }
  }

  /** The request was already processed; {@link #readStoredResponse} returns its response. */
  private static final class RepeatedRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RepeatedRequestException() {
      super("The request was already processed", null, false, false);
    }
  }

  private static PendingResult<Integer> claimKey(
      Transaction tx, UserId user, IdempotencyKeyUse idempotencyKeyUse) {
    return tx.updateLater(
        SqlFragment.of(
                """
                INSERT INTO idempotency_key (user_id, idempotency_key, route, body_hash, created_at)
                VALUES (?, ?, ?, ?,""",
                user,
                idempotencyKeyUse.key(),
                idempotencyKeyUse.route(),
                idempotencyKeyUse.bodyHash())
            .append(tx.nowExpression())
            .append(") ON CONFLICT DO NOTHING"));
  }

  /**
   * Returns the response of a request's first execution.
   *
   * @throws Problem 409 if the key was used for another request
   */
  private static EncodedResponse readStoredResponse(
      Transaction tx, UserId user, IdempotencyKeyUse idempotencyKeyUse) {
    StoredResponse stored =
        tx.query(
                """
                SELECT route, body_hash, answer
                FROM idempotency_key
                WHERE user_id = ? AND idempotency_key = ?""",
                user,
                idempotencyKeyUse.key())
            .single(
                row ->
                    new StoredResponse(
                        row.getString("route"),
                        row.getString("body_hash"),
                        row.findString("answer")));
    if (!stored.route.equals(idempotencyKeyUse.route())
        || !stored.bodyHash.equals(idempotencyKeyUse.bodyHash())) {
      throw keyConflict();
    }
    return EncodedResponse.ofJson(200, idempotencyKeyUse.decryptResponse(stored.answer));
  }

  private record StoredResponse(String route, String bodyHash, @Nullable String answer) {}

  /**
   * Deletes some of the keys that are older than 48 hours.
   *
   * @return whether there may be more
   */
  public static boolean deleteExpired(Transaction tx) {
    List<ExpiredKey> old =
        tx.query(
                "SELECT user_id, idempotency_key FROM idempotency_key WHERE created_at < ? LIMIT ?",
                tx.now().minus(KEPT),
                REMOVED_AT_ONCE)
            .list(row -> new ExpiredKey(row.getUser("user_id"), row.getString("idempotency_key")));
    old.forEach(
        expired ->
            tx.update(
                "DELETE FROM idempotency_key WHERE user_id = ? AND idempotency_key = ?",
                expired.user,
                expired.key));
    return old.size() == REMOVED_AT_ONCE;
  }

  private record ExpiredKey(UserId user, String key) {}
}
