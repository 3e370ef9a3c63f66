package io.bookbell.server.creator;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Decodes uploaded pictures one at a time on a dedicated thread, because decoding takes much CPU
 * time and memory. Thread-safe.
 */
public final class PictureDecoder implements AutoCloseable {
  private static final int MAX_WAITING = 50;
  private static final int SECONDS_IDLE = 30;

  private final ThreadPoolExecutor thread;

  public PictureDecoder() {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            SECONDS_IDLE,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name("pictures").daemon().factory());
    thread.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs {@link ProfilePicture#of} on the decoder's thread. Throws {@link
   * java.util.concurrent.RejectedExecutionException} if too many are waiting.
   *
   * @param ended completes when nobody needs the picture any more; if it still waits then, it fails
   *     with {@link CancellationException}
   */
  CompletionStage<ProfilePicture> readPicture(byte[] content, CompletionStage<?> ended) {
    var picture = new CompletableFuture<ProfilePicture>();
    Runnable decoding =
        () -> {
          var _ = picture.completeAsync(() -> ProfilePicture.of(content), Runnable::run);
        };
    thread.execute(decoding);
    var _ =
        ended.whenComplete(
            (_, _) -> {
              if (thread.remove(decoding)) {
                picture.completeExceptionally(new CancellationException("nobody waits for it"));
              }
            });
    return picture;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
