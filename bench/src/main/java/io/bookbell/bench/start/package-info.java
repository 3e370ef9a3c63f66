/** Measures how long a server takes to start and how much memory it then uses. */
@NullMarked
package io.bookbell.bench.start;

import org.jspecify.annotations.NullMarked;
