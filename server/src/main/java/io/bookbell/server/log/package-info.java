/** The configuration of the log. */
@NullMarked
package io.bookbell.server.log;

import org.jspecify.annotations.NullMarked;
