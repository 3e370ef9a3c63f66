package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LifoThreadPoolTest {
  private final LifoThreadPool threads = new LifoThreadPool("test", 3);

  @AfterEach
  void close() {
    threads.close();
  }

  /** A task that has begun, and ends when its latch is released. */
  private final class HeldTask {
    private final CompletableFuture<Thread> begun = new CompletableFuture<>();
    private final CountDownLatch end = new CountDownLatch(1);

    HeldTask() {
      threads.execute(
          () -> {
            begun.complete(Thread.currentThread());
            try {
              assertThat(end.await(1, TimeUnit.MINUTES)).isTrue();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      begun.join(); // or another thread might take it
    }

    Thread thread() {
      return begun.join();
    }

    /** Ends the task, and waits until its thread is idle. */
    void end() {
      end.countDown();
      awaitIdle(thread());
    }
  }

  /** An idle thread waits without a time limit, and no task here does. */
  private static void awaitIdle(Thread thread) {
    Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
  }

  /** Runs a task, waits until its thread is idle again, and returns the thread. */
  private Thread runTask() {
    Thread thread = CompletableFuture.supplyAsync(Thread::currentThread, threads).join();
    awaitIdle(thread);
    return thread;
  }

  @Test
  void aTaskGoesToTheThreadThatBecameIdleLast() {
    var first = new HeldTask();
    var second = new HeldTask();
    var third = new HeldTask();
    first.end();
    third.end();
    second.end();
    for (int i = 0; i < 5; i++) {
      assertThat(runTask()).isSameAs(second.thread());
    }
    var again = new HeldTask();
    assertThat(again.thread()).isSameAs(second.thread());
    assertThat(runTask()).isSameAs(third.thread());
    again.end();
  }

  @Test
  void aThreadIsStartedOnlyIfNoneIsIdle() {
    var first = new HeldTask();
    first.end();
    assertThat(runTask()).isSameAs(first.thread());
  }

  @Test
  void tasksBeyondTheLimitStartInTheirOrder() {
    List<HeldTask> held = List.of(new HeldTask(), new HeldTask(), new HeldTask());
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      threads.execute(() -> order.add(number));
      expected.add(number);
    }
    held.getFirst().end();
    assertThat(order).isEqualTo(expected);
    held.forEach(HeldTask::end);
  }

  @Test
  void aThreadOutlivesATaskThatFails() {
    var failure = new CompletableFuture<Throwable>();
    Thread thread = runTask();
    thread.setUncaughtExceptionHandler((_, thrown) -> failure.complete(thrown));
    threads.execute(
        () -> {
          throw new IllegalStateException("of the task");
        });
    assertThat(failure.join()).hasMessage("of the task");
    awaitIdle(thread);
    assertThat(runTask()).isSameAs(thread);
  }

  @Test
  void ifTheSystemAllowsNoMoreThreadsThoseThatAreThereTakeTheTasks() {
    var started = new AtomicInteger();
    ThreadFactory one =
        task ->
            new Thread(task) {
              @Override
              public void start() {
                if (started.incrementAndGet() > 1) {
                  throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
              }
            };
    try (var few = new LifoThreadPool("few", 3, one)) {
      var end = new CompletableFuture<Boolean>();
      few.execute(end::join);
      var next = CompletableFuture.supplyAsync(() -> true, few);
      end.complete(true);
      assertThat(next.join()).isTrue();
      assertThat(started).hasValue(2);
    }
  }

  @Test
  void anInterruptEndsWithItsTask() {
    Thread thread = runTask();
    CompletableFuture.runAsync(thread::interrupt, threads).join();
    awaitIdle(thread);
    assertThat(CompletableFuture.supplyAsync(thread::isInterrupted, threads).join()).isFalse();
  }

  @Test
  void closingWaitsNoLongerThanItMay() throws InterruptedException {
    List<HeldTask> held = List.of(new HeldTask(), new HeldTask(), new HeldTask());
    var waiting = CompletableFuture.supplyAsync(Thread::currentThread, threads);
    threads.closeWithin(Duration.ofMillis(1));
    for (HeldTask one : held) {
      assertThat(one.thread().isAlive()).isTrue();
      one.end.countDown();
      one.thread().join();
    }
    assertThat(waiting).isNotDone();
  }

  @Test
  void closingRunsWhatWaitsAndRefusesTheRest() {
    List<HeldTask> held = List.of(new HeldTask(), new HeldTask(), new HeldTask());
    var waiting = CompletableFuture.supplyAsync(Thread::currentThread, threads);
    held.forEach(one -> one.end.countDown());
    threads.close();
    assertThat(waiting).isCompleted();
    held.forEach(one -> assertThat(one.thread().isAlive()).isFalse());
    assertThatThrownBy(() -> threads.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
