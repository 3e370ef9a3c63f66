/** The WebSocket: the endpoint, the first frame, the history behind a connection. */
@NullMarked
package io.bookbell.server.live;

import org.jspecify.annotations.NullMarked;
