package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a supporter may still ask of a creator.
 *
 * @param used may exceed {@code allowed} after a tier was lowered
 * @param remaining never negative
 * @param resetsAt when a new period begins; null for period {@code none}
 */
public record Quota(
    UserId creatorId,
    int allowed,
    int used,
    int remaining,
    Period period,
    @Nullable Instant resetsAt) {}
