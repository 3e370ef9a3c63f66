package io.bookbell.server.http;

import java.util.Optional;

/**
 * Selects a page of a list ordered by id.
 *
 * @param limit 1 to 100
 * @param cursor the last id of the previous page; empty for the first page
 */
public record PageRequest(int limit, Optional<Long> cursor) {}
