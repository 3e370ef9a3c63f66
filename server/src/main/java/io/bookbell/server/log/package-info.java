/** How the log looks. */
@NullMarked
package io.bookbell.server.log;

import org.jspecify.annotations.NullMarked;
