package io.bookbell.server.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bookbell.server.DomainTest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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

  @Test
  void theLogSaysOnceThatAServiceIsBrokenAndOnceThatItWorksAgain() {
    var told = new ListAppender<ILoggingEvent>();
    told.start();
    var log = (Logger) LoggerFactory.getLogger(NewsServiceStore.class);
    log.setLevel(Level.INFO);
    log.addAppender(told);
    try {
      Instant begun = domain.write(tx -> tx.now());
      fail(begun);
      domain.passes(Duration.ofMinutes(5));
      fail(domain.write(tx -> tx.now()));
      domain.write(tx -> services.recordSuccess(tx, NewsKind.MAIL));
      domain.write(tx -> services.recordSuccess(tx, NewsKind.MAIL));
    } finally {
      log.detachAppender(told);
      log.setLevel(null);
    }

    assertThat(told.list.stream().map(ILoggingEvent::getFormattedMessage))
        .containsExactly(
            "News of the kind mail cannot be sent: no answer. Trying again",
            "News of the kind mail can be sent again");
  }

  private void fail(Instant begun) {
    domain.write(tx -> services.recordFailure(tx, NewsKind.MAIL, "no answer", begun));
  }

  private int failures() {
    return domain.read(services::findBroken).getFirst().failures();
  }
}
