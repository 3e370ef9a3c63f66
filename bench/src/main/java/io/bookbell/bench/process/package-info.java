/** Processes that are measured: how they are started and what Linux says of them. */
@NullMarked
package io.bookbell.bench.process;

import org.jspecify.annotations.NullMarked;
