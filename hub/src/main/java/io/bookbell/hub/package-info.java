/**
 * Real-time delivery of messages over WebSockets, event streams and long polls. Knows users,
 * connections and messages, and nothing about their content.
 *
 * <p>{@link io.bookbell.hub.WebSocketManager} is the entry point. Each user has a history of
 * numbered messages, 1, 2, 3 …, which the hub reads through a {@link
 * io.bookbell.hub.MessageHistory}. The history is the source of truth. A broadcast, from this node
 * or another one on the {@link io.bookbell.hub.Backplane}, only announces what the history already
 * holds. So an announcement may be late or repeated: each connection still receives every number
 * once, in order. What is lost between nodes is found by looking into the history: with more than
 * one node, call {@link io.bookbell.hub.WebSocketManager#announce} with each connected user's
 * newest number about once a second, because the hub doesn't look by itself.
 *
 * <pre>
 *             connect                    all announced is written,
 *   channel ───────────▶ CATCHING_UP ──────────────────────────────▶ LIVE
 *                         │       ▲     states and replies are sent   │
 *                         │       └───────────────────────────────────┤
 *                         │            a number is missing            │
 *                         └──────────────────┬────────────────────────┘
 *                                            ▼
 *                                         CLOSING ────▶ GONE
 *                              a close was sent     the channel closed
 * </pre>
 *
 * <ul>
 *   <li>CATCHING_UP: the connection is registered, so it misses no announcement from now on. The
 *       history opens with a snapshot, or resumes and is read page by page as the socket accepts
 *       it, followed by the states. Numbered live messages only raise the number to be reached; of
 *       each state the newest version is kept; replies and other unnumbered messages wait. A client
 *       is too slow if its socket accepts nothing for {@link
 *       io.bookbell.hub.HubOptions.Queue#stallTimeout}.
 *   <li>LIVE: the next number is queued as it arrives, a known one is dropped, and a later one is a
 *       gap, which returns the connection to CATCHING_UP. A client is too slow if too much waits
 *       for its socket.
 *   <li>CLOSING: nothing more is sent after the close frame. A client that doesn't answer in time
 *       is disconnected.
 * </ul>
 *
 * <p>The phases don't depend on the {@linkplain io.bookbell.hub.TransportKind transport}. An event
 * stream says in a last event why it closes. A {@linkplain io.bookbell.hub.LongPoll long poll} is a
 * connection that ends with the first messages it has when it is LIVE.
 *
 * <p>All state of a connection is confined to its event loop; delivering a message takes no lock
 * there. A change costs one task per event loop, however many connections it reaches, and one flush
 * per connection and turn of the loop.
 */
@NullMarked
package io.bookbell.hub;

import org.jspecify.annotations.NullMarked;
