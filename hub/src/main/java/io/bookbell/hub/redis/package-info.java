/**
 * A {@link io.bookbell.hub.Backplane} over Redis, and the only place that knows Redis.
 *
 * <p>Redis carries announcements and holds nothing. Whatever it loses is found in the database by
 * the poll that every node makes anyway, so all of this may be wrong for a moment, and must only
 * never be wrong for ever without being noticed.
 *
 * <pre>
 *   channel      who publishes       what
 *   ──────────   ─────────────────   ────────────────────────────────────────────────────
 *   ...all       every node          alive (each second; also the probe), presence (who came
 *                                    and went, batched), goodbye
 *   ...node:ID   the node itself     echo (each second; the probe)
 *                every other node    change, ask, snapshot
 * </pre>
 *
 * <ul>
 *   <li>Who is where ({@link io.bookbell.hub.redis.PeerDirectory}, {@link
 *       io.bookbell.hub.redis.LocalPresence}): each node keeps in memory which users every other
 *       has, by versions. A version that does not follow, or a node it has not heard of before,
 *       makes it ask that node for a snapshot; until then it sends that node everything. A change
 *       is published once for each node that has somebody of its audience, cut to these users.
 *   <li>Whether Redis is heard ({@link io.bookbell.hub.redis.LoopbackMonitor}): every second a node
 *       publishes a number on both of its channels. When they stay away, it says so in its state,
 *       and renews what must be at fault.
 *   <li>Connections ({@link io.bookbell.hub.redis.ReconnectingConnection}): one publishes, one
 *       listens; each is made anew when it is lost.
 *   <li>Besides, {@link io.bookbell.hub.redis.ExternalChannel}: a channel shared with programs that
 *       know nothing of all this.
 * </ul>
 */
@NullMarked
package io.bookbell.hub.redis;

import org.jspecify.annotations.NullMarked;
