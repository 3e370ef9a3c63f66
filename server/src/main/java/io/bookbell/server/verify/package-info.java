/** Checks the stored invariants. */
@NullMarked
package io.bookbell.server.verify;

import org.jspecify.annotations.NullMarked;
