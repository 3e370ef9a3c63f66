package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.UserId;
import io.bookbell.hub.internal.wire.Sequence;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread-safe view of a connection: any thread may call any method, and the work is done by the
 * {@link ConnectionState} on the event loop. Immutable except through that state.
 */
final class LocalConnection implements Connection {
  private static final Logger log = LoggerFactory.getLogger(LocalConnection.class);

  private final EventLoopWorker eventLoopWorker;
  private final ConnectionState connectionState;
  private final long id;
  private final UserId user;
  private final Map<String, String> metadata;
  private final long connectedAtMillis;

  LocalConnection(
      EventLoopWorker eventLoopWorker,
      Transport transport,
      long id,
      UserId user,
      Map<String, String> metadata) {
    this.eventLoopWorker = eventLoopWorker;
    this.id = id;
    this.user = user;
    this.metadata = Map.copyOf(metadata);
    this.connectedAtMillis = eventLoopWorker.hub().clock().millis();
    this.connectionState = new ConnectionState(this, transport);
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
  public TransportKind transport() {
    return connectionState.transport().kind();
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

  /** Attaches the transport and opens the user's history. */
  void startDelivery(Optional<Position> since) {
    runOnLoop(() -> connectionState.startDelivery(since));
  }

  /** Attaches the transport only to tell the client this reason. */
  void rejectConnection(CloseReason reason) {
    runOnLoop(() -> connectionState.rejectConnection(reason));
  }

  EventLoopWorker eventLoopWorker() {
    return eventLoopWorker;
  }

  /** The state, for use on the event loop only. */
  ConnectionState connectionState() {
    return connectionState;
  }

  /**
   * Runs the work immediately if called on the event loop, and submits it otherwise. Does nothing
   * if the loop has terminated.
   */
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

  /** Identifies the connection and its user in logs. */
  @Override
  public String toString() {
    return "connection " + id + " of user " + user;
  }
}
