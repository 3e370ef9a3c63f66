package io.bookbell.hub;

import io.netty.channel.Channel;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection as others see it: any thread may call any method, and what it asks for is done by
 * the {@link Link} on the event loop. Immutable but for that link.
 */
final class SocketConnection implements Connection {
  private static final Logger log = LoggerFactory.getLogger(SocketConnection.class);

  private final Lane lane;
  private final Link link;
  private final long id;
  private final UserId user;
  private final Map<String, String> metadata;
  private final long connectedAtMillis;

  SocketConnection(Lane lane, Channel channel, long id, UserId user, Map<String, String> metadata) {
    this.lane = lane;
    this.id = id;
    this.user = user;
    this.metadata = Map.copyOf(metadata);
    this.connectedAtMillis = lane.hub().clock().millis();
    this.link = new Link(this, channel);
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public UserId user() {
    return user;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public Instant connectedAt() {
    return Instant.ofEpochMilli(connectedAtMillis);
  }

  @Override
  public long position() {
    return link.position();
  }

  @Override
  public long acknowledged() {
    return link.acknowledged();
  }

  @Override
  public void send(Message message) {
    onLoop(() -> link.deliver(message, Sequence.NONE));
  }

  @Override
  public void reply(LongFunction<Message> reply) {
    onLoop(() -> link.answer(reply));
  }

  @Override
  public void replyText(String bare) {
    Message text = Message.bare(bare);
    reply(_ -> text);
  }

  @Override
  public void acknowledged(long seq) {
    onLoop(() -> link.acknowledge(seq));
  }

  @Override
  public void close(CloseReason reason) {
    onLoop(() -> link.sayGoodbye(reason));
  }

  /** Takes the channel over and opens the user's history. */
  void begin(Optional<Position> since) {
    onLoop(() -> link.begin(since));
  }

  /** Takes the channel over only to say why there is no place for it. */
  void turnAway(CloseReason reason) {
    onLoop(() -> link.turnAway(reason));
  }

  Lane lane() {
    return lane;
  }

  /** The state, for the event loop. */
  Link link() {
    return link;
  }

  /** Runs it now on the event loop, else later; never when the loop has ended. */
  void onLoop(Runnable work) {
    if (lane.loop().inEventLoop()) {
      work.run();
      return;
    }
    try {
      lane.loop().execute(work);
    } catch (RejectedExecutionException ended) {
      log.debug("The event loop of connection {} has ended", id);
    }
  }

  /** For logs: which connection of whom. */
  @Override
  public String toString() {
    return "connection " + id + " of user " + user;
  }
}
