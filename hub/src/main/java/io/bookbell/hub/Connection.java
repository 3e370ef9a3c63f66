package io.bookbell.hub;

import java.time.Instant;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * One open WebSocket of a user. Any thread may call any method; the work is done on the
 * connection's event loop, in the order of the calls of one thread. Once the connection is closed,
 * everything but the getters does nothing.
 */
public interface Connection {
  /** Unique among the connections of this manager, never reused. */
  long id();

  UserId user();

  /** What the one who connected it gave along, such as its session. */
  Map<String, String> metadata();

  Instant connectedAt();

  /** The number of the last durable message that was queued for the client. */
  long position();

  /** The highest number that the client said it has, 0 for none. */
  long acknowledged();

  /** Sends without a number, behind what is queued; while catching up, behind all of that. */
  void send(Message message);

  /**
   * Sends an answer that names the number of the last durable message queued before it. While the
   * connection catches up the answer waits; when more than {@link HubOptions.Client#maxDeferred}
   * wait, the connection closes with 4429.
   *
   * @param reply makes the answer, on the event loop
   */
  void reply(LongFunction<Message> reply);

  /** As {@link #reply}, for a text that is not JSON. */
  void replyText(String bare);

  /** The client says that it has everything up to this number; lower than before is ignored. */
  void acknowledged(long seq);

  /** Says goodbye with this reason and closes, by force if the client does not answer. */
  void close(CloseReason reason);
}
