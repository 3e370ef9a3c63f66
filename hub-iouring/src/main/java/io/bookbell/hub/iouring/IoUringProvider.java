package io.bookbell.hub.iouring;

import io.bookbell.hub.BatchSender;
import io.bookbell.hub.BatchSenderProvider;
import java.io.IOException;

/** Provides the hub with {@link IoUringSender}s. Stateless. */
public final class IoUringProvider implements BatchSenderProvider {
  @Override
  public BatchSender createSender(int capacity) throws IOException {
    if (!LinuxSyscalls.isSupported()) {
      throw new IOException("this is not Linux on amd64 or aarch64");
    }
    return new IoUringSender(capacity);
  }

  /** The name of the mechanism in the log. */
  @Override
  public String toString() {
    return "io_uring";
  }
}
