package io.bookbell.server.key;

import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.http.Authenticator.AuthenticatedCaller;
import io.bookbell.server.http.CallOrigin;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.CallerCache;
import io.bookbell.server.http.CallerCache.LookupStart;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.key.KeyStore.ValidKey;
import io.bookbell.server.storage.Database;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Authenticates programs by key. Any thread may call it.
 *
 * <p>Keys are looked up by their hash, so how long a lookup takes says nothing about a key. A text
 * with a wrong checksum isn't looked up at all. Only invalid keys are counted by address, so a
 * stranger behind the same address can't stop a program.
 */
final class KeyAuthenticator {
  private final Database database;
  private final KeyStore keyStore;
  private final RateLimits rateLimits;
  private final CallerCache callerCache;

  /** The keys whose use is being stored, so that concurrent calls don't all store it. */
  private final Set<Long> recording = ConcurrentHashMap.newKeySet();

  KeyAuthenticator(
      Database database, KeyStore keyStore, RateLimits rateLimits, CallerCache callerCache) {
    this.database = database;
    this.keyStore = keyStore;
    this.rateLimits = rateLimits;
    this.callerCache = callerCache;
  }

  /** Looks up a key, as in {@link io.bookbell.server.http.Authenticator#authenticateKey}. */
  CompletionStage<AuthenticatedCaller> authenticate(String key, CallOrigin callOrigin) {
    if (!KeyFormat.isWellFormed(key)) {
      throw countInvalidKey(callOrigin);
    }
    String hash = SecretTokens.hashToken(key);
    Optional<Caller> recent = callerCache.find(hash).filter(caller -> caller.key().isPresent());
    if (recent.isPresent()) {
      return CompletableFuture.completedStage(acceptCaller(recent.get(), callOrigin));
    }
    LookupStart start = callerCache.startLookup();
    return database
        .readOnce(tx -> keyStore.findValid(tx, hash))
        .thenApply(found -> acceptKey(found, start, callOrigin));
  }

  private AuthenticatedCaller acceptKey(
      Optional<ValidKey> found, LookupStart start, CallOrigin callOrigin) {
    if (found.isEmpty()) {
      throw countInvalidKey(callOrigin);
    }
    ValidKey validKey = found.get();
    if (validKey.isUseStale()) {
      recordUse(validKey.id());
    } else {
      callerCache.remember(start, validKey.caller(), validKey.timeLeft());
    }
    return acceptCaller(validKey.caller(), callOrigin);
  }

  private AuthenticatedCaller acceptCaller(Caller caller, CallOrigin callOrigin) {
    requireScope(caller, callOrigin);
    return new AuthenticatedCaller(caller, Optional.empty());
  }

  /** Counts also a call that is refused; one that isn't is counted by its route. */
  private void requireScope(Caller caller, CallOrigin callOrigin) {
    try {
      RouteScopes.requireScope(caller, callOrigin.route());
    } catch (Problem refusal) {
      rateLimits.countCall(callOrigin.rateLimit(), caller);
      throw refusal;
    }
  }

  /**
   * Counts an invalid key and returns the refusal.
   *
   * @throws Problem 429 if there were too many
   */
  private Problem countInvalidKey(CallOrigin callOrigin) {
    rateLimits.countAnonymousCall(RateLimit.WRONG_KEY, callOrigin.network());
    return Problem.unauthorized("This key is unknown, revoked or expired.");
  }

  private void recordUse(long id) {
    if (recording.add(id)) {
      var _ =
          database
              .write(
                  tx -> {
                    keyStore.recordUse(tx, id);
                    return true;
                  })
              .whenComplete(
                  (_, _) -> recording.remove(id)); // after a failure, the next use retries
    }
  }

  /** Returns whether the caller's key is still valid. */
  CompletionStage<Boolean> isAlive(Caller caller) {
    return database
        .readOnce(tx -> keyStore.findValid(tx, caller.session()))
        .thenApply(Optional::isPresent);
  }
}
