package io.bookbell.hub;

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
 * The way out of one connection, used on its event loop only; other threads may ask {@link
 * #pendingBytes}.
 *
 * <p>Messages wait as references to their shared bytes until the connection is flushed. Then their
 * frames are laid one behind the other and leave in one write: through the lane's {@link
 * BatchedSocketWriter} while the socket takes everything, through the channel while it does not. An
 * idle connection has neither buffer nor queue.
 */
final class FrameWriter {
  /** A buffer that holds this much leaves before more is laid into it. */
  private static final int FULL_BATCH = 1 << 16;

  private static final int SMALLEST_BATCH = 256;

  private final Channel channel;
  private final BatchedSocketWriter batchedSocketWriter;

  /** Control frames of this turn. */
  private @Nullable ByteBuf control;

  /** What waits longest; alone, it needs no queue. */
  private @Nullable Message first;

  private long firstSequence;
  private @Nullable ArrayDeque<QueuedMessage> queue;
  private volatile long queuedBytes;
  private long handedOver;

  /** The channel was given something, and may hold it still: nothing may overtake it. */
  private boolean channelHolds = true;

  /** The way past the channel, if there is one. */
  private @Nullable Socket socket;

  /** The outlet was given something and has not sent it yet. */
  private boolean liesInOutlet;

  private @Nullable ChannelFutureListener afterwards;

  FrameWriter(Channel channel, BatchedSocketWriter batchedSocketWriter) {
    this.channel = channel;
    this.batchedSocketWriter = batchedSocketWriter;
  }

  /** The channel is the hub's alone from here on. */
  void takeOver() {
    socket = BatchedSocketWriter.socketOf(channel);
  }

  /** Adds a text frame behind what is there. */
  void enqueueText(Message message, long sequence) {
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
    queuedBytes = before + FrameEncoder.maxFrameSize(message, sequence);
  }

  /** Adds a control frame, which overtakes messages that wait. */
  void enqueueControl(Consumer<ByteBuf> frame) {
    if (control == null) {
      control = channel.alloc().ioBuffer(SMALLEST_BATCH);
    }
    frame.accept(control);
  }

  /**
   * Forgets the messages that the socket does not take at once, and adds the last frame.
   *
   * @param afterwards what to do with the channel once that frame has left, if anything
   */
  void writeFinalFrame(Consumer<ByteBuf> lastFrame, @Nullable ChannelFutureListener afterwards) {
    flush();
    discardQueue();
    enqueueControl(lastFrame);
    this.afterwards = afterwards;
  }

  /** Forgets the messages that wait. */
  void discardQueue() {
    first = null;
    queue = null;
    queuedBytes = 0;
  }

  /** Writes out what was added, as much of it as the socket takes. */
  void flush() {
    stage();
    flushStaged();
  }

  /**
   * As {@link #flush}, but what goes the short way may lie in the outlet until that sends, together
   * with what other connections have there.
   */
  void stage() {
    if (control != null) {
      ByteBuf frames = control;
      control = null;
      writeToChannel(frames);
    }
    while (first != null && channel.isWritable()) {
      if (!tryStage()) {
        ByteBuf batch = channel.alloc().ioBuffer(FrameEncoder.maxFrameSize(first, firstSequence));
        encodeWaiting(batch, FULL_BATCH);
        writeToChannel(batch);
      }
    }
  }

  /** Sees to it that nothing lies in the outlet any more. */
  private void flushStaged() {
    if (liesInOutlet) {
      batchedSocketWriter.sendStaged();
    }
  }

  /** Everything was handed to the socket, and it takes more. */
  boolean isDrained() {
    return control == null && first == null && !liesInOutlet && channel.isWritable();
  }

  /** How many messages wait for the socket. */
  int waitingCount() {
    return (first == null ? 0 : 1) + (queue == null ? 0 : queue.size());
  }

  /** Bytes accepted and not yet taken by the operating system. Any thread. */
  long pendingBytes() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return queuedBytes + (outbound == null ? 0 : outbound.totalPendingWriteBytes());
  }

  /** A number that changes whenever the operating system took something. */
  long progressCount() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return outbound == null
        ? handedOver
        : handedOver - outbound.totalPendingWriteBytes() + outbound.currentProgress();
  }

  /** Releases what was not written, because the channel is gone. */
  void release() {
    discardQueue();
    if (control != null) {
      control.release();
      control = null;
    }
  }

  /**
   * Lays as much into the outlet as that holds.
   *
   * @return whether that could be done
   */
  private boolean tryStage() {
    flushStaged();
    if (socket == null
        || isChannelBusy()
        || !socket.isOpen()
        || !batchedSocketWriter.ensureRoomFor(
            FrameEncoder.maxFrameSize(firstWaiting(), firstSequence))) {
      return false;
    }
    ByteBuf frames = batchedSocketWriter.frameBuffer();
    encodeWaiting(frames, frames.capacity());
    batchedSocketWriter.staged(this);
    liesInOutlet = true;
    return true;
  }

  /** Where to the outlet sends. */
  Socket nativeSocket() {
    return Objects.requireNonNull(socket);
  }

  /** The socket took all that lay in the outlet. */
  void onSent(int bytes) {
    liesInOutlet = false;
    handedOver += bytes;
  }

  /**
   * The socket took a part of what lay in the outlet.
   *
   * @param rest what it did not take; not to be kept
   */
  void onSent(int bytes, ByteBuf rest) {
    onSent(bytes);
    writeToChannel(channel.alloc().ioBuffer(rest.readableBytes()).writeBytes(rest));
  }

  private boolean isChannelBusy() {
    if (channelHolds) {
      ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
      channelHolds = outbound == null || !outbound.isEmpty();
    }
    return channelHolds;
  }

  /** Lays frames into a buffer, at least one, until none waits or it holds so many bytes. */
  private void encodeWaiting(ByteBuf batch, int most) {
    long bytes = queuedBytes;
    int size = FrameEncoder.maxFrameSize(firstWaiting(), firstSequence);
    do {
      FrameEncoder.encodeText(firstWaiting(), firstSequence, batch);
      bytes -= size;
      removeFirst();
      size = first == null ? 0 : FrameEncoder.maxFrameSize(first, firstSequence);
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
