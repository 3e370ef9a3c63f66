package io.bookbell.server.creator;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Reads pictures one after the other on a thread of its own: unpacking takes time, and memory.
 * Thread-safe.
 */
public final class PictureDecoder implements AutoCloseable {
  private static final int MOST_WAITING = 50;
  private static final int SECONDS_IDLE = 30;

  private final ThreadPoolExecutor thread;

  public PictureDecoder() {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            SECONDS_IDLE,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().name("pictures").daemon().factory());
    thread.allowCoreThreadTimeOut(true);
  }

  /** As {@link ProfilePicture#of}, later. Refuses with an exception when too many are waiting. */
  CompletionStage<ProfilePicture> readPicture(byte[] content) {
    return CompletableFuture.supplyAsync(() -> ProfilePicture.of(content), thread);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
