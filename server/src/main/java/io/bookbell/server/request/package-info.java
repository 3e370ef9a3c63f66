/** Book requests, replies, search and following. */
@NullMarked
package io.bookbell.server.request;

import org.jspecify.annotations.NullMarked;
