/**
 * PostgreSQL: the pool, the shared commits of one creator's commands, and the checks at startup.
 */
@NullMarked
package io.bookbell.server.storage.postgres;

import org.jspecify.annotations.NullMarked;
