/** HTTP requests to addresses that users have entered. */
@NullMarked
package io.bookbell.server.outgoing;

import org.jspecify.annotations.NullMarked;
