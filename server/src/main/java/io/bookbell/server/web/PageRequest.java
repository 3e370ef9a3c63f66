package io.bookbell.server.web;

import java.util.Optional;

/**
 * Which part of a list is wanted.
 *
 * @param limit 1 to 100
 * @param cursor the id at which the page before ended; empty for the first page
 */
public record PageRequest(int limit, Optional<Long> cursor) {}
