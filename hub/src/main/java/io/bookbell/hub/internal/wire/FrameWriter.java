package io.bookbell.hub.internal.wire;

import io.bookbell.hub.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outbound side of one connection with a channel of its own, used on its event loop only; other
 * threads may call {@link #pendingBytes}. What it calls a frame is a WebSocket's frame, or an event
 * of an event stream.
 *
 * <p>Messages wait as references to their shared bytes until the connection is flushed. Their
 * frames are then encoded back to back and sent in one write: through the event loop's {@link
 * BatchedSocketWriter} while the socket accepts everything, and through the channel while it
 * doesn't. An idle connection holds neither a buffer nor a queue.
 */
public final class FrameWriter {
  /** A batch for the channel is written before it would exceed this many bytes. */
  private static final int FULL_BATCH = 1 << 16;

  private static final int SMALLEST_BATCH = 256;

  private final Channel channel;
  private final BatchedSocketWriter batchedSocketWriter;
  private final MessageEncoder encoder;

  /** Control frames to be written with the next flush. */
  private @Nullable ByteBuf control;

  /** The oldest waiting message. While it is the only one, no queue is needed. */
  private @Nullable Message first;

  private long firstSequence;
  private @Nullable ArrayDeque<QueuedMessage> queue;
  private volatile long queuedBytes;
  private long handedOver;

  /** Whether the channel may still hold earlier bytes, which nothing may overtake. */
  private boolean channelHolds = true;

  /** The socket for direct writes, or null if all writes go through the channel. */
  private @Nullable Socket socket;

  /** Whether frames of this connection are staged in the batched writer and not sent yet. */
  private boolean hasStaged;

  private @Nullable ChannelFutureListener afterwards;

  public FrameWriter(
      Channel channel, BatchedSocketWriter batchedSocketWriter, MessageEncoder encoder) {
    this.channel = channel;
    this.batchedSocketWriter = batchedSocketWriter;
    this.encoder = encoder;
  }

  /** Called when the hub has taken over the channel; direct writes are allowed from then on. */
  public void takeOver() {
    socket = BatchedSocketWriter.socketOf(channel);
  }

  /** Queues a message. */
  public void enqueueText(Message message, long sequence) {
    if (first == null) {
      first = message;
      firstSequence = sequence;
    } else {
      if (queue == null) {
        queue = new ArrayDeque<>();
      }
      queue.add(new QueuedMessage(message, sequence));
    }
    long before = queuedBytes;
    queuedBytes = before + encoder.maxSize(message, sequence);
  }

  /** Queues a control frame, which overtakes waiting messages. */
  public void enqueueControl(Consumer<ByteBuf> frame) {
    if (control == null) {
      control = channel.alloc().ioBuffer(SMALLEST_BATCH);
    }
    frame.accept(control);
  }

  /**
   * Sends what the socket accepts at once, drops the other waiting messages, and queues the last
   * frame.
   *
   * @param afterwards added as a listener to the write of that frame, if not null
   */
  public void writeFinalFrame(
      Consumer<ByteBuf> lastFrame, @Nullable ChannelFutureListener afterwards) {
    flush();
    discardQueue();
    enqueueControl(lastFrame);
    this.afterwards = afterwards;
  }

  /** Drops the waiting messages. */
  void discardQueue() {
    first = null;
    queue = null;
    queuedBytes = 0;
  }

  /** Writes everything queued, as far as the socket accepts it. */
  public void flush() {
    stage();
    flushStaged();
  }

  /**
   * Like {@link #flush}, except that frames for direct writing may stay staged in the batched
   * writer until that sends them together with those of other connections.
   */
  public void stage() {
    if (control != null) {
      ByteBuf frames = control;
      control = null;
      writeToChannel(frames);
    }
    while (first != null && channel.isWritable()) {
      if (!tryStage()) {
        ByteBuf batch = channel.alloc().ioBuffer(encoder.maxSize(first, firstSequence));
        encodeWaiting(batch, FULL_BATCH);
        writeToChannel(batch);
      }
    }
  }

  /** Sends the batched writer's frames if any of this connection are among them. */
  private void flushStaged() {
    if (hasStaged) {
      batchedSocketWriter.sendStaged();
    }
  }

  /** Whether everything has been handed to the socket and the channel accepts more. */
  public boolean isDrained() {
    return control == null && first == null && !hasStaged && channel.isWritable();
  }

  /** The number of messages waiting for the socket. */
  public int waitingCount() {
    return (first == null ? 0 : 1) + (queue == null ? 0 : queue.size());
  }

  /** Bytes accepted for sending that the operating system hasn't taken yet. Any thread. */
  public long pendingBytes() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return queuedBytes + (outbound == null ? 0 : outbound.totalPendingWriteBytes());
  }

  /**
   * A number that grows whenever the operating system takes some bytes. It shrinks a little when
   * bytes are handed to the channel, which adds to each write what it needs itself.
   */
  public long progressCount() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return outbound == null
        ? handedOver
        : handedOver - outbound.totalPendingWriteBytes() + outbound.currentProgress();
  }

  /** Releases what hasn't been written, after the channel has closed. */
  public void release() {
    discardQueue();
    if (control != null) {
      control.release();
      control = null;
    }
  }

  /**
   * Stages as many frames in the batched writer as fit.
   *
   * @return false if the frames have to go through the channel
   */
  private boolean tryStage() {
    flushStaged();
    if (socket == null
        || isChannelBusy()
        || !socket.isOpen()
        || !batchedSocketWriter.ensureRoomFor(encoder.maxSize(firstWaiting(), firstSequence))) {
      return false;
    }
    ByteBuf frames = batchedSocketWriter.frameBuffer();
    encodeWaiting(frames, frames.capacity());
    batchedSocketWriter.staged(this);
    hasStaged = true;
    return true;
  }

  /** The socket to which the batched writer sends this connection's frames. */
  Socket nativeSocket() {
    return Objects.requireNonNull(socket);
  }

  /** Called when the socket has accepted all staged bytes. */
  void onSent(int bytes) {
    hasStaged = false;
    handedOver += bytes;
  }

  /**
   * Called when the socket has accepted only a part of the staged bytes; the rest goes through the
   * channel.
   *
   * @param rest the bytes not accepted, valid only during the call
   */
  void onSent(int bytes, ByteBuf rest) {
    onSent(bytes);
    writeToChannel(channel.alloc().ioBuffer(rest.readableBytes()).writeBytes(rest));
  }

  /** Closes the channel without sending what waits. */
  void abort() {
    channel.close();
  }

  private boolean isChannelBusy() {
    if (channelHolds) {
      ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
      channelHolds = outbound == null || !outbound.isEmpty();
    }
    return channelHolds;
  }

  /**
   * Encodes waiting messages, at least one, until none is left or the next would exceed the limit.
   */
  private void encodeWaiting(ByteBuf batch, int most) {
    long bytes = queuedBytes;
    int size = encoder.maxSize(firstWaiting(), firstSequence);
    do {
      encoder.encode(firstWaiting(), firstSequence, batch);
      bytes -= size;
      removeFirst();
      size = first == null ? 0 : encoder.maxSize(first, firstSequence);
    } while (first != null && batch.readableBytes() + size <= most);
    queuedBytes = bytes;
  }

  private void removeFirst() {
    QueuedMessage second = queue == null ? null : queue.poll();
    if (second == null) {
      first = null;
      queue = null;
    } else {
      first = second.message();
      firstSequence = second.sequence();
    }
  }

  private Message firstWaiting() {
    if (first == null) {
      throw new IllegalStateException("no message waits");
    }
    return first;
  }

  private void writeToChannel(ByteBuf batch) {
    flushStaged();
    handedOver += batch.readableBytes();
    channelHolds = true;
    if (afterwards == null) {
      channel.writeAndFlush(batch, channel.voidPromise());
    } else {
      channel.writeAndFlush(batch).addListener(afterwards);
    }
  }

  private record QueuedMessage(Message message, long sequence) {}
}
