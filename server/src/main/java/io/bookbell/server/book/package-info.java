/** Search and covers of the Open Library catalogue. */
@NullMarked
package io.bookbell.server.book;

import org.jspecify.annotations.NullMarked;
