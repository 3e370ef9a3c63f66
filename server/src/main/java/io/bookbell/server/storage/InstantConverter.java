package io.bookbell.server.storage;

import java.time.Instant;
import org.jooq.impl.AbstractConverter;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes a time column as an {@link Instant}. Stored are whole milliseconds since 1970
 * UTC; what is finer is cut off. Stateless, safe to share.
 */
public final class InstantConverter extends AbstractConverter<Long, Instant> {
  public InstantConverter() {
    super(Long.class, Instant.class);
  }

  @Override
  public @Nullable Instant from(@Nullable Long stored) {
    return stored == null ? null : Instant.ofEpochMilli(stored);
  }

  @Override
  public @Nullable Long to(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }
}
