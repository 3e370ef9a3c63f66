/** WebSockets: the endpoint, snapshots and replay, and typing presence. */
@NullMarked
package io.bookbell.server.live;

import org.jspecify.annotations.NullMarked;
