package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;

/**
 * Somebody whose membership has ended, and who still has an account.
 *
 * @param tierId of the tier that the membership had, or of the one that its supporters were moved
 *     to; it may have been deleted since
 */
public record FormerSupporter(
    UserId userId,
    String displayName,
    String email,
    long tierId,
    boolean blocked,
    Instant endedAt) {}
