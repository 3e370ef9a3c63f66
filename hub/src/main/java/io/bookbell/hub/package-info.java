/**
 * Real-time delivery over WebSockets. Knows users, connections and messages, and nothing of what
 * they are about.
 *
 * <p>{@link io.bookbell.hub.WebSocketManager} is the way in. Each user has a history of numbered
 * messages, 1, 2, 3 …, which the hub reads through a {@link io.bookbell.hub.MessageHistory}; it is
 * the truth. What is broadcast, here or on another node of the {@link io.bookbell.hub.Backplane},
 * only announces what the history holds by then. So an announcement may be lost, repeated or late:
 * each connection still gets every number once, in order.
 *
 * <pre>
 *             connect                    all announced is written,
 *   channel ───────────▶ CATCHING_UP ──────────────────────────────▶ LIVE
 *                         │       ▲     states and answers are sent   │
 *                         │       └───────────────────────────────────┤
 *                         │            a number is missing            │
 *                         └──────────────────┬────────────────────────┘
 *                                            ▼
 *                                         CLOSING ────▶ GONE
 *                              a close was sent     the channel closed
 * </pre>
 *
 * <ul>
 *   <li>CATCHING_UP: registered, so nothing announced from now on is missed. The history opens with
 *       a snapshot, or resumes and is read page by page as the socket takes it, followed by the
 *       states. Numbered live messages only raise the number to be reached; of each state the
 *       newest is kept; answers to the client wait. Too slow when the socket took nothing for a
 *       while.
 *   <li>LIVE: the next number is written as it comes, a known one is dropped, a later one means
 *       that one was missed: back to CATCHING_UP. Too slow when too much waits for the socket.
 *   <li>CLOSING: nothing more is sent; the client has a moment to answer, then it is cut off.
 * </ul>
 *
 * <p>All state of a connection belongs to the event loop of its channel; nothing is locked on the
 * way of a message. A change costs one task per event loop, however many connections it reaches,
 * and one write and flush per connection and turn of the loop.
 */
@NullMarked
package io.bookbell.hub;

import org.jspecify.annotations.NullMarked;
