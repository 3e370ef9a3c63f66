/** How long a server takes until it is ready, and how much memory it then holds. */
@NullMarked
package io.bookbell.bench.start;

import org.jspecify.annotations.NullMarked;
