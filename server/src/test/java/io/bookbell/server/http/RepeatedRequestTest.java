package io.bookbell.server.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.ApiResponse.EncodedResponse;
import io.bookbell.server.http.IdempotencyService.IdempotencyKeyUse;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One request that two nodes run at the same time. */
class RepeatedRequestTest extends DomainTest {
  private final IdempotencyKeyUse use =
      new IdempotencyKeyUse("key", "POST /somewhere", "hash", Optional.empty());
  private final CountDownLatch firstHasWritten = new CountDownLatch(1);
  private final CountDownLatch secondHasBegun = new CountDownLatch(1);
  private final AtomicInteger runs = new AtomicInteger();
  private UserId creator;

  @Test
  void theSecondGetsTheResponseOfTheFirstAlthoughItFindsTheWorkDone() throws Exception {
    creator = domain.creator("mara");
    try (Domain elsewhere = domain.process()) {
      CompletableFuture<EncodedResponse> first = write(domain);
      assertThat(firstHasWritten.await(20, SECONDS)).isTrue();
      CompletableFuture<EncodedResponse> second = write(elsewhere);

      assertThat(second.get(20, SECONDS).json()).isEqualTo("{\"run\":1}");
      assertThat(first.get(20, SECONDS).json()).isEqualTo("{\"run\":1}");
      assertThat(write(domain).get(20, SECONDS).json()).isEqualTo("{\"run\":1}");
    }
  }

  private CompletableFuture<EncodedResponse> write(Domain node) {
    return IdempotencyService.write(
        node.database()::write, creator, Optional.of(use), tx -> pauseOnce(node, tx));
  }

  /** Refuses to pause a creator who has paused already. */
  private EncodedResponse pauseOnce(Domain node, Transaction tx) {
    int run = runs.incrementAndGet();
    if (run > 1) {
      secondHasBegun.countDown();
    }
    node.features.creators.lockCreator(tx, creator);
    int changed =
        tx.update("UPDATE creator SET accepting = ? WHERE id = ? AND accepting", false, creator);
    if (changed == 0) {
      throw Problem.conflict("paused", "Already paused.");
    }
    if (run == 1) {
      firstHasWritten.countDown();
      awaitSecond(node);
    }
    return EncodedResponse.ofJson(200, "{\"run\":" + run + "}");
  }

  private void awaitSecond(Domain node) {
    if (node.database().isShared()) { // SQLite's only writer would wait for itself
      try {
        assertThat(secondHasBegun.await(10, SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
