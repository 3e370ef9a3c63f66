/**
 * A creator: the row that orders all commands, what supporters see of it, and the roles around it.
 */
@NullMarked
package io.bookbell.server.creator;

import org.jspecify.annotations.NullMarked;
