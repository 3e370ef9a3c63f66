/**
 * The load generator: starts Bookbell and the servers to compare with as child processes, opens
 * many WebSockets to each, has texts sent to all of them, and measures the server's cost.
 */
@NullMarked
package io.bookbell.bench.fanout;

import org.jspecify.annotations.NullMarked;
