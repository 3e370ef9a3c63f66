/**
 * A {@link io.bookbell.hub.Backplane} over Redis, and the only package that depends on Redis.
 *
 * <p>Redis carries announcements and stores nothing. The application looks into the histories about
 * once a second and calls {@link io.bookbell.hub.WebSocketManager#announce}, which finds whatever
 * Redis loses; without that, a loss lasts until the next message or connection. So anything here
 * may be wrong for a moment, but must never stay wrong unnoticed.
 *
 * <pre>
 *   channel      who publishes       what
 *   ──────────   ─────────────────   ────────────────────────────────────────────────────
 *   ...all       every node          heartbeat (each second; also the probe), presence
 *                                    (who came and went, batched), shutdown
 *   ...node:ID   the node itself     echo (each second; the probe)
 *                every other node    deliveries of a channel, presence query, presence snapshot
 * </pre>
 *
 * <ul>
 *   <li>Presence ({@link io.bookbell.hub.redis.PeerDirectory}, {@link
 *       io.bookbell.hub.redis.LocalPresence}): each node keeps the users of every other node in
 *       memory, by version. If a version doesn't follow the last one, or the node is new, it asks
 *       that node for a snapshot and sends it every change until the snapshot arrives. A change is
 *       published once to each node with somebody of its audience, reduced to that node's users; a
 *       state keeps its whole audience.
 *   <li>Verification ({@link io.bookbell.hub.redis.LoopbackMonitor}): every second a node publishes
 *       a number on the broadcast channel and on its own. If they don't return, it changes its
 *       state and replaces the connection at fault.
 *   <li>Connections ({@link io.bookbell.hub.redis.MonitoredPubSub}): one publishes, one subscribes;
 *       each is replaced when it is lost ({@link io.bookbell.hub.redis.ReconnectingConnection}).
 *   <li>{@link io.bookbell.hub.redis.ExternalChannel} has connections of its own: a channel shared
 *       with programs that don't know this protocol.
 * </ul>
 */
@NullMarked
package io.bookbell.hub.redis;

import org.jspecify.annotations.NullMarked;
