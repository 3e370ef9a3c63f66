package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.WriteCommand;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.ValueReader;
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
 * <p>The key is inserted in the same transaction as the command, with the response. So a refused
 * command leaves no key behind, and a command is stored together with its response or not at all.
 * Of two requests at once with one key, the second one fails to insert it, is rolled back, and runs
 * again to find the stored response.
 */
public final class IdempotencyService {
  static final String HEADER = "Idempotency-Key";

  private static final int MAX_KEY_LENGTH = 200;
  private static final Duration RETENTION = Duration.ofDays(2);
  private static final int REMOVED_AT_ONCE = 500;

  private static final SqlLookup<KeyOfUser, StoredResponse> FIND =
      new SqlLookup<>(
          """
          SELECT user_id, idempotency_key, route, body_hash, answer
          FROM idempotency_key
          WHERE (user_id, idempotency_key) IN (VALUES (CAST(? AS bigint), ?))""",
          userKey -> ValueReader.values(userKey.user, userKey.key),
          row -> new KeyOfUser(row.getUser("user_id"), row.getString("idempotency_key")),
          row ->
              new StoredResponse(
                  row.getString("route"), row.getString("body_hash"), row.findString("answer")));

  private static final String INSERT =
      """
      INSERT INTO idempotency_key (user_id, idempotency_key, route, body_hash, answer, created_at)
      VALUES (?, ?, ?, ?, ?, ?)""";

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
    /** The use of a request's key; empty if it has none. */
    static Optional<IdempotencyKeyUse> of(ApiRequest apiRequest) {
      return apiRequest.header(HEADER).map(key -> of(key, apiRequest));
    }

    /** Like {@link #of(ApiRequest)}, for a response with a secret. */
    static Optional<IdempotencyKeyUse> forSecretResponse(ApiRequest apiRequest, UserId user) {
      return apiRequest.header(HEADER).map(key -> forSecretResponse(key, apiRequest, user));
    }

    private static IdempotencyKeyUse of(String key, ApiRequest apiRequest) {
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
    if (key.isBlank() || key.length() > MAX_KEY_LENGTH || !key.chars().allMatch(c -> c >= ' ')) {
      throw Problem.validationFailed(
          HEADER, "must have 1 to " + MAX_KEY_LENGTH + " printable characters");
    }
  }

  static Problem keyConflict() {
    return Problem.conflict(
        "idempotency_conflict", "This Idempotency-Key was already used for a different request.");
  }

  /**
   * Runs a command that locks and reads in its first step, or returns the stored response of its
   * first execution.
   *
   * @param use empty for a request without a key
   */
  static CompletableFuture<EncodedResponse> writeCommand(
      Database database,
      UserId user,
      Optional<IdempotencyKeyUse> use,
      WriteCommand<EncodedResponse> command) {
    return use.isEmpty()
        ? database.writeCommand(command)
        : runOnce(
            () -> database.writeCommand(tx -> lookUpAndPrepare(tx, user, use.get(), command)));
  }

  private static Supplier<EncodedResponse> lookUpAndPrepare(
      Transaction tx, UserId user, IdempotencyKeyUse use, WriteCommand<EncodedResponse> command) {
    var userKey = new KeyOfUser(user, use.key());
    tx.claim(userKey);
    Supplier<EncodedResponse> decision = command.prepare(tx);
    // Behind the command's locks, so that it finds the response of a request that had them before.
    PendingResult<List<StoredResponse>> stored = tx.lookUp(FIND, userKey);
    return () -> {
      throwIfStored(stored.get(), use);
      return store(tx, userKey, use, decision.get());
    };
  }

  /** A way to write to the database, such as {@link Database#write}. */
  @FunctionalInterface
  interface Writer {
    CompletableFuture<EncodedResponse> write(Function<Transaction, EncodedResponse> work);
  }

  /** Like {@link #writeCommand}, for work that isn't divided into steps. */
  static CompletableFuture<EncodedResponse> write(
      Writer writer,
      UserId user,
      Optional<IdempotencyKeyUse> use,
      Function<Transaction, EncodedResponse> work) {
    return use.isEmpty()
        ? writer.write(work)
        : runOnce(() -> writer.write(tx -> lookUpAndRun(tx, user, use.get(), work)));
  }

  private static EncodedResponse lookUpAndRun(
      Transaction tx,
      UserId user,
      IdempotencyKeyUse use,
      Function<Transaction, EncodedResponse> work) {
    var userKey = new KeyOfUser(user, use.key());
    PendingResult<List<StoredResponse>> stored = tx.lookUp(FIND, userKey);
    if (!tx.isPostgres()) {
      throwIfStored(stored.get(), use); // there is no round trip to save
    }
    EncodedResponse answer;
    try {
      answer = work.apply(tx);
    } catch (Problem refusal) {
      // What the first execution did may be the reason. It is visible now, if it wasn't before.
      throwIfStored(tx.lookUp(FIND, userKey).get(), use);
      throw refusal;
    }
    throwIfStored(stored.get(), use); // was sent together with the work's first statement
    return store(tx, userKey, use, answer);
  }

  private static EncodedResponse store(
      Transaction tx, KeyOfUser userKey, IdempotencyKeyUse use, EncodedResponse answer) {
    tx.enqueue(
        INSERT,
        userKey.user,
        userKey.key,
        use.route(),
        use.bodyHash(),
        use.encryptResponse(answer.json()),
        tx.now());
    return answer;
  }

  private static void throwIfStored(List<StoredResponse> stored, IdempotencyKeyUse use) {
    if (!stored.isEmpty()) {
      throw new RepeatedRequestException(stored.getFirst().toResponse(use));
    }
  }

  private static CompletableFuture<EncodedResponse> runOnce(
      Supplier<CompletableFuture<EncodedResponse>> write) {
    return write
        .get()
        .exceptionallyCompose(
            failure ->
                CompletionFailures.unwrapCause(failure) instanceof DataAccessException e
                        && e.isDuplicateKey()
                    ? write.get() // the same request was stored at the same time
                    : CompletableFuture.failedFuture(failure))
        .exceptionallyCompose(
            failure ->
                CompletionFailures.unwrapCause(failure) instanceof RepeatedRequestException e
                    ? CompletableFuture.completedFuture(e.response)
                    : CompletableFuture.failedFuture(failure));
  }

  /** Rolls back the repeated execution of a request. */
  private static final class RepeatedRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient EncodedResponse response;

    RepeatedRequestException(EncodedResponse response) {
      super("The request was already processed", null, false, false);
      this.response = response;
    }
  }

  private record KeyOfUser(UserId user, String key) {}

  private record StoredResponse(String route, String bodyHash, @Nullable String answer) {
    /**
     * The response to the same request.
     *
     * @throws Problem 409 if the key was used for another request
     */
    EncodedResponse toResponse(IdempotencyKeyUse use) {
      if (!route.equals(use.route()) || !bodyHash.equals(use.bodyHash())) {
        throw keyConflict();
      }
      return EncodedResponse.ofJson(200, use.decryptResponse(answer));
    }
  }

  /**
   * Deletes some of the keys that are older than 48 hours.
   *
   * @return whether there may be more
   */
  public static boolean deleteExpired(Transaction tx) {
    List<ExpiredKey> old =
        tx.query(
                "SELECT user_id, idempotency_key FROM idempotency_key WHERE created_at < ? LIMIT ?",
                tx.now().minus(RETENTION),
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

  /** Deletes a user's keys with the stored responses. */
  public static void deleteKeysOf(Transaction tx, UserId user) {
    tx.update("DELETE FROM idempotency_key WHERE user_id = ?", user);
  }

  private record ExpiredKey(UserId user, String key) {}
}
