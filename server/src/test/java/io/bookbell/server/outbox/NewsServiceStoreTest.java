package io.bookbell.server.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.DomainTest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NewsServiceStoreTest extends DomainTest {
  private final NewsServiceStore services = new NewsServiceStore();

  @Test
  void attemptsThatBeganBeforeAFailureAreNotFurtherFailures() {
    Instant begun = domain.write(tx -> tx.now());
    fail(begun);
    domain.passes(Duration.ofSeconds(30));

    fail(begun);
    assertThat(failures()).isEqualTo(1);

    fail(domain.write(tx -> tx.now()));
    assertThat(failures()).isEqualTo(2);
  }

  private void fail(Instant begun) {
    domain.write(tx -> services.recordFailure(tx, NewsKind.MAIL, "no answer", begun));
  }

  private int failures() {
    return domain.read(services::findBroken).getFirst().failures();
  }
}
