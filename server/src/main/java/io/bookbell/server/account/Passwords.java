package io.bookbell.server.account;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Hashes passwords with Argon2id. Thread-safe; the work is done on two threads of its own, for it
 * takes a tenth of a second and 19 MiB each time. What waits behind is limited: beyond that, calls
 * fail with {@link java.util.concurrent.RejectedExecutionException}.
 *
 * <p>The parameters are OWASP's for Argon2id: 19 MiB, 2 passes, 1 lane. They stand in each hash, so
 * they can be raised without touching those that are stored.
 */
public final class Passwords implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int MOST_WAITING = 64;

  /**
   * The hash of a password that nobody has: it costs what a real one costs, so that the time does
   * not tell which addresses have accounts.
   */
  private static final String DECOY =
      "$argon2id$v=19$m=19456,t=2,p=1$djbMkWdeAsF9YfDO37wnmw$luCPEkWIgrPpC3uwOjw9CGvgDO+zV5y2+ijt6+1J9bw";

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Thread.ofPlatform().name("passwords-", 1).daemon().factory());

  public Passwords() {
    threads.allowCoreThreadTimeOut(true);
  }

  public CompletableFuture<String> hash(String password) {
    return CompletableFuture.supplyAsync(() -> hashNow(password), threads);
  }

  /** Whether it is the password of that hash. */
  public CompletableFuture<Boolean> matches(String password, String hash) {
    return CompletableFuture.supplyAsync(
        () -> Password.check(password, hash).with(Argon2Function.getInstanceFromHash(hash)),
        threads);
  }

  /** Takes as long as {@link #matches} and answers false. */
  public CompletableFuture<Boolean> matchesNothing(String password) {
    return matches(password, DECOY).thenApply(_ -> false);
  }

  /** As {@link #hash}, on the calling thread: for the command line. */
  public static String hashNow(String password) {
    return Password.hash(password).addRandomSalt(16).with(Parameters.ARGON2).getResult();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** Made at the first hash: it holds 19 MiB from then on. */
  private static final class Parameters {
    static final Argon2Function ARGON2 = Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);
  }
}
