package io.bookbell.hub.iouring;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.bookbell.hub.BatchSenderProvider;
import io.bookbell.hub.internal.wire.BatchedSendContract;
import java.util.Optional;

/** Batched writes through io_uring. */
class IoUringProviderTest extends BatchedSendContract {
  @Override
  protected void checkProvider(Optional<BatchSenderProvider> provider) {
    assumeThat(provider).as("there is an io_uring").containsInstanceOf(IoUringProvider.class);
  }
}
