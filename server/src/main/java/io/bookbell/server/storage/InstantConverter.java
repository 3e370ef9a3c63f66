package io.bookbell.server.storage;

import java.time.Instant;
import org.jooq.impl.AbstractConverter;
import org.jspecify.annotations.Nullable;

/**
 * Converts a time column to {@link Instant}. The column holds whole milliseconds since 1970 UTC;
 * anything finer is truncated. Stateless.
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
