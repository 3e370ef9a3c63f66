package io.bookbell.hub.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.BatchSenderProvider;
import java.util.Optional;

/** Batched writes where no module sends them together: one system call each. */
class BatchedSocketWriterTest extends BatchedSendContract {
  @Override
  protected void checkProvider(Optional<BatchSenderProvider> provider) {
    assertThat(provider).isEmpty();
  }
}
