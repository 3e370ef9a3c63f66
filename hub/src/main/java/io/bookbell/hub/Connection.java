package io.bookbell.hub;

import java.time.Instant;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * One open connection of a user, whatever its transport. Any thread may call any method. The work
 * happens on the connection's event loop, in the order of one thread's calls. After the connection
 * has closed, everything but the getters does nothing.
 *
 * <p>On that event loop the work happens at once, but a {@linkplain
 * WebSocketManager#broadcast(java.util.List) broadcast} happens in a later task. So what is sent,
 * replied or closed there comes before the messages of a broadcast that was called there earlier.
 * To keep the order, submit it to the event loop, too.
 */
public interface Connection {
  /** Unique among this manager's connections, and never reused. */
  long id();

  UserId user();

  /** The metadata passed to {@link WebSocketManager#connect}, such as the session. */
  Map<String, String> metadata();

  TransportKind transport();

  Instant connectedAt();

  /** The sequence number of the last durable message queued for the client. */
  long position();

  /** The highest sequence number the client has acknowledged, or 0. */
  long acknowledged();

  /**
   * Sends a message without a sequence number, after everything that is already queued for the
   * client; during catch-up, after the replay.
   */
  void send(Message message);

  /**
   * Sends a reply that contains the sequence number of the last durable message queued before it.
   * During catch-up the reply waits; if more than {@link HubOptions.Client#maxDeferredReplies} are
   * waiting, the connection closes with 4429.
   *
   * @param reply builds the reply from that number, on the event loop
   */
  void reply(LongFunction<Message> reply);

  /** Like {@link #reply}, for plain text that isn't JSON. */
  void replyText(String bare);

  /**
   * Records the client's acknowledgement of everything up to this number. A number lower than an
   * earlier one is ignored, and one beyond {@link #position} counts as that position.
   */
  void acknowledged(long seq);

  /**
   * Sends the reason to the client and closes. A client that doesn't answer the close frame within
   * {@link HubOptions.KeepAlive#closeTimeout} is closed by force.
   */
  void close(CloseReason reason);
}
