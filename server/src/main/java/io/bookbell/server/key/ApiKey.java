package io.bookbell.server.key;

import io.bookbell.server.http.KeyScope;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key as its owner sees it, without the secret.
 *
 * @param name a label for the owner
 * @param start the beginning of the key, by which its owner recognises it
 * @param expiresAt null if it doesn't expire
 * @param lastUsedAt exact to a minute; null if it was never used
 */
public record ApiKey(
    long id,
    String name,
    List<KeyScope> scopes,
    String start,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt) {}
