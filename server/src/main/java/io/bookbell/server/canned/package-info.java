/** Answers that a team keeps ready. */
@NullMarked
package io.bookbell.server.canned;

import org.jspecify.annotations.NullMarked;
