package io.bookbell.server.http;

import org.jspecify.annotations.Nullable;

/** A field that was sent: a number, or null for none. */
public record NullableInteger(@Nullable Integer value) {}
