/** The move of a database of the replaced system. */
@NullMarked
package io.bookbell.bench.transfer;

import org.jspecify.annotations.NullMarked;
