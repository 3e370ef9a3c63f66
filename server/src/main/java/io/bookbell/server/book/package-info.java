/** What is known of books elsewhere: a search of Open Library, and its covers. */
@NullMarked
package io.bookbell.server.book;

import org.jspecify.annotations.NullMarked;
