/** The server used for a moment by itself, while Java notes what it should have ready next time. */
@NullMarked
package io.bookbell.server.rehearsal;

import org.jspecify.annotations.NullMarked;
