/** Microbenchmarks of the hub. */
@NullMarked
package io.bookbell.bench;

import org.jspecify.annotations.NullMarked;
