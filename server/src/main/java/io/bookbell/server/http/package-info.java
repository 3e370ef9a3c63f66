/**
 * HTTP: routing, authentication, limits, idempotency, typed parsing of requests, responses and
 * errors.
 */
@NullMarked
package io.bookbell.server.http;

import org.jspecify.annotations.NullMarked;
