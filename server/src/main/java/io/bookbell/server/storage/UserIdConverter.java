package io.bookbell.server.storage;

import io.bookbell.hub.UserId;
import org.jooq.impl.AbstractConverter;
import org.jspecify.annotations.Nullable;

/** Converts a column that holds a user's id to {@link UserId}. Stateless. */
public final class UserIdConverter extends AbstractConverter<Long, UserId> {
  public UserIdConverter() {
    super(Long.class, UserId.class);
  }

  @Override
  public @Nullable UserId from(@Nullable Long stored) {
    return stored == null ? null : new UserId(stored);
  }

  @Override
  public @Nullable Long to(@Nullable UserId user) {
    return user == null ? null : user.value();
  }
}
