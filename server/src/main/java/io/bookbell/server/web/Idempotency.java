package io.bookbell.server.web;

import static io.bookbell.server.storage.schema.Tables.IDEMPOTENCY_KEY;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Prepared;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Answer.Encoded;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/**
 * Does what a client retries only once. Thread-safe: it keeps nothing between calls.
 *
 * <p>The key is inserted first, in the transaction of the command itself: a twin that comes at the
 * same time waits for it, a refused command leaves no key, and a command is stored with its answer
 * or not at all.
 */
public final class Idempotency {
  static final String HEADER = "Idempotency-Key";

  private static final int LONGEST_KEY = 200;
  private static final Duration KEPT = Duration.ofDays(2);
  private static final int REMOVED_AT_ONCE = 500;

  private static final Prepared<Answered, Query> KEEP_ANSWER =
      Prepared.of(
          (sql, from) ->
              sql.update(IDEMPOTENCY_KEY)
                  .set(IDEMPOTENCY_KEY.ANSWER, from.value(IDEMPOTENCY_KEY.ANSWER, Answered::answer))
                  .where(
                      IDEMPOTENCY_KEY.USER_ID.eq(
                          from.value(IDEMPOTENCY_KEY.USER_ID, Answered::user)))
                  .and(
                      IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_.eq(
                          from.value(IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_, Answered::key))));

  private Idempotency() {}

  /**
   * What a key was sent with.
   *
   * @param route method and path
   * @param key as it is stored
   * @param bodyHash of the query too
   * @param seal of the stored answer, where that holds a secret
   */
  record Use(String key, String route, String bodyHash, Optional<AnswerSeal> seal) {
    static Use of(String key, Call call) {
      requireUsable(key);
      return new Use(key, call.route(), Sha256.hex(call.content()), Optional.empty());
    }

    /** For a command whose answer holds a secret: nobody reads it with the database alone. */
    static Use sealed(String key, Call call, UserId user) {
      Use open = of(key, call);
      String what = user + "\n" + open.route + "\n" + open.bodyHash;
      String hash = "sha256:" + Sha256.hex(key.getBytes(UTF_8));
      return new Use(hash, open.route, open.bodyHash, Optional.of(new AnswerSeal(key, what)));
    }

    @Nullable String stored(@Nullable String answer) {
      return seal.isPresent() ? seal.get().close(answer) : answer;
    }

    @Nullable String read(@Nullable String stored) {
      return seal.isPresent() ? seal.get().open(stored) : stored;
    }
  }

  /**
   * Looks at a key.
   *
   * @throws Problem 400 when it is none
   */
  static void requireUsable(String key) {
    if (key.isBlank() || key.length() > LONGEST_KEY || !key.chars().allMatch(c -> c >= ' ')) {
      throw Problem.validation(HEADER, "must have 1 to " + LONGEST_KEY + " printable characters");
    }
  }

  static Problem conflict() {
    return Problem.conflict(
        "idempotency_conflict", "This Idempotency-Key was already used for a different request.");
  }

  /** Runs the command, or answers with what it answered before. */
  static Encoded once(Transaction tx, UserId user, Use use, Supplier<Encoded> command) {
    if (!claim(tx, user, use)) {
      return repeat(tx, user, use);
    }
    Encoded answer = command.get();
    tx.run(tx.query(KEEP_ANSWER, new Answered(user, use.key(), use.stored(answer.json()))));
    return answer;
  }

  private record Answered(UserId user, String key, @Nullable String answer) {}

  private static boolean claim(Transaction tx, UserId user, Use use) {
    return tx.sql()
            .insertInto(IDEMPOTENCY_KEY)
            .set(IDEMPOTENCY_KEY.USER_ID, user)
            .set(IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_, use.key())
            .set(IDEMPOTENCY_KEY.ROUTE, use.route())
            .set(IDEMPOTENCY_KEY.BODY_HASH, use.bodyHash())
            .set(IDEMPOTENCY_KEY.CREATED_AT, tx.clock())
            .onConflictDoNothing()
            .execute()
        == 1;
  }

  private static Encoded repeat(Transaction tx, UserId user, Use use) {
    var stored =
        tx.sql()
            .selectFrom(IDEMPOTENCY_KEY)
            .where(IDEMPOTENCY_KEY.USER_ID.eq(user))
            .and(IDEMPOTENCY_KEY.IDEMPOTENCY_KEY_.eq(use.key()))
            .fetchSingle();
    if (!stored.getRoute().equals(use.route()) || !stored.getBodyHash().equals(use.bodyHash())) {
      throw conflict();
    }
    return Encoded.json(200, use.read(stored.getAnswer()));
  }

  /**
   * Removes some keys that are older than 48 hours.
   *
   * @return whether there may be more
   */
  public static boolean forgetOld(Transaction tx) {
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
