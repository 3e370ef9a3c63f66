/**
 * Measures how many commands a second a server commits, compared with its disk's sequential fsyncs.
 */
@NullMarked
package io.bookbell.bench.commits;

import org.jspecify.annotations.NullMarked;
