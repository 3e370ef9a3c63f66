package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.TransportKind;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * How the messages of one connection reach its client. The {@link ConnectionState} decides what is
 * sent and when the connection ends, whatever the transport. Used on the connection's event loop
 * only, except where a method says otherwise.
 */
interface Transport {
  /** Any thread. */
  TransportKind kind();

  /** Any thread. */
  EventLoop eventLoop();

  /** Starts to send, and to report to this connection what the client does. */
  void attach(ConnectionState connectionState);

  /** Whether the client may still be there. */
  boolean isActive();

  /** Queues the snapshot from which the client starts. */
  void startFromSnapshot(Position position, Message first);

  /** Queues the message that tells the client that it resumes after this position. */
  void startFromPosition(Position position, Message first);

  /**
   * Queues a message for the next flush.
   *
   * @param sequence its number, or {@link io.bookbell.hub.internal.wire.Sequence#NONE}
   */
  void enqueue(Message message, long sequence);

  /** Hands everything queued to the client, as far as it accepts it. */
  void flush();

  /**
   * Like {@link #flush}, except that bytes may stay in the event loop's shared buffer until that is
   * sent.
   *
   * @param live whether the connection has caught up
   */
  void stage(boolean live);

  /**
   * Called after each {@link #stage}, when the event loop's shared buffer has been sent.
   *
   * @param live whether the connection has caught up
   */
  void onSharedBufferSent(boolean live);

  /** Whether everything queued was handed over and the client accepts more. */
  boolean isDrained();

  /** The number of messages waiting for the client. */
  int waitingCount();

  /** Bytes accepted for sending that the operating system hasn't taken yet. Any thread. */
  long pendingBytes();

  /** A number that changes whenever the client's side takes some bytes. */
  long progressCount();

  /**
   * Tells the client that the connection ends, after what it accepts at once.
   *
   * @param violated whether the client broke the protocol, so that it may not be understood further
   */
  void sendClose(CloseReason reason, boolean violated);

  /** Ends the connection at once, discarding whatever hasn't been sent. */
  void forceClose();

  /**
   * Checks an open connection from time to time: sends what keeps it alive, and ends it when the
   * client seems gone.
   *
   * @param progressed whether a catching-up client has accepted bytes since the last check
   */
  void checkKeepAlive(long now, boolean progressed);

  /** Completes when the connection has ended. Any thread. */
  Future<?> closeFuture();

  /** Releases what hasn't been sent, after the connection has ended. */
  void release();
}
