package io.bookbell.server.http;

import static io.bookbell.server.storage.schema.Tables.IDEMPOTENCY_KEY;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jooq.Query;
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

  private static final PreparedQuery<StoredResponse, Query> KEEP_ANSWER =
      PreparedQuery.of(
          (sql, from) ->
              sql.update(IDEMPOTENCY_KEY)
                  .set(
                      IDEMPOTENCY_KEY.ANSWER,
                      from.parameterFor(IDEMPOTENCY_KEY.ANSWER, StoredResponse::answer))
                  .where(
                      IDEMPOTENCY_KEY.USER_ID.eq(
                          from.parameterFor(IDEMPOTENCY_KEY.USER_ID, StoredResponse::user)))
                  .and(
                      IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_.eq(
                          from.parameterFor(
                              IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_, StoredResponse::key))));

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

  /** Runs the command, or returns the stored response of its first execution. */
  static EncodedResponse runOnce(
      Transaction tx,
      UserId user,
      IdempotencyKeyUse idempotencyKeyUse,
      Supplier<EncodedResponse> command) {
    if (!claimKey(tx, user, idempotencyKeyUse)) {
      return readStoredResponse(tx, user, idempotencyKeyUse);
    }
    EncodedResponse answer = command.get();
    tx.run(
        tx.bindQuery(
            KEEP_ANSWER,
            new StoredResponse(
                user, idempotencyKeyUse.key(), idempotencyKeyUse.encryptResponse(answer.json()))));
    return answer;
  }

  private record StoredResponse(UserId user, String key, @Nullable String answer) {}

  private static boolean claimKey(
      Transaction tx, UserId user, IdempotencyKeyUse idempotencyKeyUse) {
    return tx.sql()
            .insertInto(IDEMPOTENCY_KEY)
            .set(IDEMPOTENCY_KEY.USER_ID, user)
            .set(IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_, idempotencyKeyUse.key())
            .set(IDEMPOTENCY_KEY.ROUTE, idempotencyKeyUse.route())
            .set(IDEMPOTENCY_KEY.BODY_HASH, idempotencyKeyUse.bodyHash())
            .set(IDEMPOTENCY_KEY.CREATED_AT, tx.nowField())
            .onConflictDoNothing()
            .execute()
        == 1;
  }

  private static EncodedResponse readStoredResponse(
      Transaction tx, UserId user, IdempotencyKeyUse idempotencyKeyUse) {
    var stored =
        tx.sql()
            .selectFrom(IDEMPOTENCY_KEY)
            .where(IDEMPOTENCY_KEY.USER_ID.eq(user))
            .and(IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_.eq(idempotencyKeyUse.key()))
            .fetchSingle();
    if (!stored.getRoute().equals(idempotencyKeyUse.route())
        || !stored.getBodyHash().equals(idempotencyKeyUse.bodyHash())) {
      throw keyConflict();
    }
    return EncodedResponse.ofJson(200, idempotencyKeyUse.decryptResponse(stored.getAnswer()));
  }

  /**
   * Deletes some of the keys that are older than 48 hours.
   *
   * @return whether there may be more
   */
  public static boolean deleteExpired(Transaction tx) {
    var old =
        tx.sql()
            .select(IDEMPOTENCY_KEY.USER_ID, IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_)
            .from(IDEMPOTENCY_KEY)
            .where(IDEMPOTENCY_KEY.CREATED_AT.lt(tx.now().minus(KEPT)))
            .limit(REMOVED_AT_ONCE)
            .fetch();
    old.forEach(
        row ->
            tx.sql()
                .deleteFrom(IDEMPOTENCY_KEY)
                .where(IDEMPOTENCY_KEY.USER_ID.eq(row.value1()))
                .and(IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_.eq(row.value2()))
                .execute());
    return old.size() == REMOVED_AT_ONCE;
  }
}
