/**
 * Creators: the row that serializes all commands of one creator, its profile, and the roles around
 * it.
 */
@NullMarked
package io.bookbell.server.creator;

import org.jspecify.annotations.NullMarked;
