package io.bookbell.server.passkey;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A passkey as its owner sees it. */
public record Passkey(long id, String name, Instant createdAt, @Nullable Instant lastUsedAt) {}
