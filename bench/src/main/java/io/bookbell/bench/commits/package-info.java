/** How many commands a second a server stores, beside what its disk could do one by one. */
@NullMarked
package io.bookbell.bench.commits;

import org.jspecify.annotations.NullMarked;
