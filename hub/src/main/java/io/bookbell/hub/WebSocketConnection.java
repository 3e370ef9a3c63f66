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
 * the {@link ConnectionState} on the event loop. Immutable but for that link.
 */
final class WebSocketConnection implements Connection {
  private static final Logger log = LoggerFactory.getLogger(WebSocketConnection.class);

  private final EventLoopWorker eventLoopWorker;
  private final ConnectionState connectionState;
  private final long id;
  private final UserId user;
  private final Map<String, String> metadata;
  private final long connectedAtMillis;

  WebSocketConnection(
      EventLoopWorker eventLoopWorker,
      Channel channel,
      long id,
      UserId user,
      Map<String, String> metadata) {
    this.eventLoopWorker = eventLoopWorker;
    this.id = id;
    this.user = user;
    this.metadata = Map.copyOf(metadata);
    this.connectedAtMillis = eventLoopWorker.hub().clock().millis();
    this.connectionState = new ConnectionState(this, channel);
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
    return connectionState.position();
  }

  @Override
  public long acknowledged() {
    return connectionState.acknowledged();
  }

  @Override
  public void send(Message message) {
    runOnLoop(() -> connectionState.deliverMessage(message, Sequence.NONE));
  }

  @Override
  public void reply(LongFunction<Message> reply) {
    runOnLoop(() -> connectionState.sendReply(reply));
  }

  @Override
  public void replyText(String bare) {
    Message text = Message.ofPlainText(bare);
    reply(_ -> text);
  }

  @Override
  public void acknowledged(long seq) {
    runOnLoop(() -> connectionState.acknowledge(seq));
  }

  @Override
  public void close(CloseReason reason) {
    runOnLoop(() -> connectionState.sendClose(reason));
  }

  /** Takes the channel over and opens the user's history. */
  void startDelivery(Optional<Position> since) {
    runOnLoop(() -> connectionState.startDelivery(since));
  }

  /** Takes the channel over only to say why there is no place for it. */
  void rejectConnection(CloseReason reason) {
    runOnLoop(() -> connectionState.rejectConnection(reason));
  }

  EventLoopWorker eventLoopWorker() {
    return eventLoopWorker;
  }

  /** The state, for the event loop. */
  ConnectionState connectionState() {
    return connectionState;
  }

  /** Runs it now on the event loop, else later; never when the loop has ended. */
  void runOnLoop(Runnable work) {
    if (eventLoopWorker.eventLoop().inEventLoop()) {
      work.run();
      return;
    }
    try {
      eventLoopWorker.eventLoop().execute(work);
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
