/**
 * The load harness: starts Bookbell and its peers as processes of their own, connects a swarm of
 * sockets to each, has texts sent to all of them, and measures what that costs the server.
 */
@NullMarked
package io.bookbell.bench.fanout;

import org.jspecify.annotations.NullMarked;
