/**
 * Delivery to the connections of this node. {@link
 * io.bookbell.hub.internal.delivery.LocalConnections} is what the API calls; everything else is
 * visible in this package only.
 *
 * <p>Each connection has a thread-safe view ({@link
 * io.bookbell.hub.internal.delivery.LocalConnection}) and a state that is confined to its event
 * loop ({@link io.bookbell.hub.internal.delivery.ConnectionState}). The state reads the history
 * through a {@link io.bookbell.hub.internal.delivery.CatchUp} while messages are missing, and sends
 * through a {@link io.bookbell.hub.internal.delivery.Transport}: a WebSocket, an event stream or a
 * long poll. A {@link io.bookbell.hub.internal.delivery.FrameReader} passes on what a WebSocket's
 * client sends. All connections of one event loop share an {@link
 * io.bookbell.hub.internal.delivery.EventLoopWorker}. A {@link
 * io.bookbell.hub.internal.delivery.LocalBroadcast} finds the targets of a change in the {@link
 * io.bookbell.hub.internal.delivery.ConnectionRegistry} and submits one task to each event loop.
 */
@NullMarked
package io.bookbell.hub.internal.delivery;

import org.jspecify.annotations.NullMarked;
