/** Book requests, their replies, and their search. */
@NullMarked
package io.bookbell.server.request;

import org.jspecify.annotations.NullMarked;
