/** Attacks on a server, and their effect on ordinary users. */
@NullMarked
package io.bookbell.bench.attacks;

import org.jspecify.annotations.NullMarked;
