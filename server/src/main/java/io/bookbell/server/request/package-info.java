/** Book requests and their threads. */
@NullMarked
package io.bookbell.server.request;

import org.jspecify.annotations.NullMarked;
