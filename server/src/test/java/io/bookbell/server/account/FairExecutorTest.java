package io.bookbell.server.account;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.account.FairExecutor.QueueFullException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the order and the limits of waiting tasks, on one thread that a first task occupies. */
class FairExecutorTest {
  private final FairExecutor executor = new FairExecutor("fair-", 1, 4, 6);
  private final CountDownLatch go = new CountDownLatch(1);
  private final List<String> done = new CopyOnWriteArrayList<>();

  @BeforeEach
  void occupy() throws InterruptedException {
    var begun = new CountDownLatch(1);
    var _ =
        executor.submit(
            "first",
            () -> {
              begun.countDown();
              return await(go);
            },
            new CompletableFuture<>());
    assertThat(begun.await(20, SECONDS)).isTrue();
  }

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void sendersTakeTurnsHoweverMuchOneOfThemSends() {
    var all =
        List.of(
            submit("a", "a1"),
            submit("a", "a2"),
            submit("a", "a3"),
            submit("b", "b1"),
            submit("c", "c1"));
    go.countDown();
    all.forEach(CompletableFuture::join);

    assertThat(done).containsExactly("a1", "b1", "c1", "a2", "a3");
  }

  @Test
  void oneSenderHasABoundedNumberWaiting() {
    var all = new ArrayList<CompletableFuture<String>>();
    for (int number = 1; number <= 5; number++) {
      all.add(submit("a", "a" + number));
    }

    assertThatThrownBy(() -> all.getLast().join()).hasCauseInstanceOf(QueueFullException.class);
    go.countDown();
    all.subList(0, 4).forEach(CompletableFuture::join);
    assertThat(done).containsExactly("a1", "a2", "a3", "a4");
  }

  @Test
  void whereThereIsNoRoomLeftTheLargestSenderMakesIt() {
    var a = List.of(submit("a", "a1"), submit("a", "a2"), submit("a", "a3"), submit("a", "a4"));
    var b = List.of(submit("b", "b1"), submit("b", "b2"));
    var c = submit("c", "c1");

    assertThatThrownBy(() -> a.getLast().join()).hasCauseInstanceOf(QueueFullException.class);
    go.countDown();
    c.join();
    a.subList(0, 3).forEach(CompletableFuture::join);
    b.forEach(CompletableFuture::join);
    assertThat(done).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void aTaskThatFailsHindersNoOther() {
    CompletableFuture<String> failing =
        executor.submit(
            "a",
            () -> {
              throw new IllegalStateException("broken");
            },
            new CompletableFuture<>());
    var next = submit("a", "a2");
    go.countDown();

    assertThatThrownBy(failing::join).hasRootCauseMessage("broken");
    assertThat(next.join()).isEqualTo("a2");
  }

  @Test
  void whatNobodyWaitsForIsNotDoneAndMakesRoom() {
    var gone = new CompletableFuture<Void>();
    var dropped = new ArrayList<CompletableFuture<String>>();
    for (int number = 1; number <= 4; number++) {
      dropped.add(submit("a", "a" + number, gone));
    }
    gone.complete(null);
    dropped.add(submit("a", "a5", gone));
    var kept = List.of(submit("a", "a6"), submit("b", "b1"), submit("a", "a7"), submit("a", "a8"));
    go.countDown();
    kept.forEach(CompletableFuture::join);

    assertThat(done).containsExactly("a6", "b1", "a7", "a8");
    assertThat(dropped)
        .allSatisfy(
            each -> assertThatThrownBy(each::join).isInstanceOf(CancellationException.class));
  }

  @Test
  void aTaskForWhichAnotherMadeRoomIsDroppedLikeAnyOther() {
    var a = List.of(submit("a", "a1"), submit("a", "a2"), submit("a", "a3"), submit("a", "a4"));
    var b = List.of(submit("b", "b1"), submit("b", "b2"));
    var gone = new CompletableFuture<Void>();
    var c = submit("c", "c1", gone);
    gone.complete(null);
    go.countDown();
    a.subList(0, 3).forEach(CompletableFuture::join);
    b.forEach(CompletableFuture::join);

    assertThatThrownBy(c::join).isInstanceOf(CancellationException.class);
    assertThat(done).containsExactly("a1", "b1", "a2", "b2", "a3");
  }

  @Test
  void whatHasBegunIsFinishedThoughNobodyWaitsForIt() {
    var gone = new CompletableFuture<Void>();
    go.countDown();
    var finished = submit("a", "a1", gone);
    finished.join();
    gone.complete(null);

    assertThat(finished.join()).isEqualTo("a1");
  }

  @Test
  void whatWaitsAtTheEndIsRefused() {
    var waiting = submit("a", "a1");
    executor.close();

    assertThatThrownBy(waiting::join).hasCauseInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> submit("a", "a2").join())
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  private CompletableFuture<String> submit(String sender, String name) {
    return submit(sender, name, new CompletableFuture<>());
  }

  private CompletableFuture<String> submit(
      String sender, String name, CompletableFuture<?> inVain) {
    return executor.submit(
        sender,
        () -> {
          done.add(name);
          return name;
        },
        inVain);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
