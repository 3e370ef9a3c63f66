package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import java.time.Instant;

/** Somebody whose membership has ended, and who still has an account. */
public record FormerSupporter(
    UserId userId, String displayName, String email, boolean blocked, Instant endedAt) {}
