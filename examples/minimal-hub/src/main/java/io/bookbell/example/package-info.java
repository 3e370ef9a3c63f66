/** The hub without books: a counter that everyone connected sees. */
@NullMarked
package io.bookbell.example;

import org.jspecify.annotations.NullMarked;
