/**
 * Frames, and how they reach the sockets. Knows messages, and neither connections nor users.
 *
 * <p>{@link io.bookbell.hub.internal.wire.PipelineTakeover} gives the hub a channel. Each
 * connection with a channel has a {@link io.bookbell.hub.internal.wire.FrameWriter}, with a {@link
 * io.bookbell.hub.internal.wire.MessageEncoder} for WebSocket frames or server-sent events. Those
 * of one event loop share a {@link io.bookbell.hub.internal.wire.BatchedSocketWriter}, which sends
 * the frames of many connections together.
 */
@NullMarked
package io.bookbell.hub.internal.wire;

import org.jspecify.annotations.NullMarked;
