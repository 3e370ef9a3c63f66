package io.bookbell.hub;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one connection, used on its event loop only; other threads may ask {@link
 * #pendingBytes}.
 *
 * <p>Frames of one turn are laid one behind the other into one buffer, which leaves in one write.
 * While the socket takes no more, messages wait in a queue as references to their shared bytes. An
 * idle connection has neither buffer nor queue.
 */
final class FrameWriter {
  /** A buffer that holds this much leaves before the turn ends. */
  private static final int FULL_BATCH = 1 << 16;

  private static final int SMALLEST_BATCH = 256;
  private static final int MORE_BATCH = 1 << 12;

  private final Channel channel;
  private @Nullable ByteBuf batch;
  private @Nullable ArrayDeque<Waiting> queue;
  private volatile long queuedBytes;
  private long handedOver;
  private @Nullable ChannelFutureListener afterwards;

  FrameWriter(Channel channel) {
    this.channel = channel;
  }

  /** Adds a text frame behind what is there. */
  void text(Message message, long sequence) {
    if (queue != null || !channel.isWritable()) {
      enqueue(message, sequence);
      return;
    }
    Frames.text(message, sequence, batch(message.payloadSize(sequence)));
    if (isFull()) {
      writeBatch();
    }
  }

  /** Adds a control frame, which overtakes messages that wait. */
  void control(Consumer<ByteBuf> frame) {
    frame.accept(batch(SMALLEST_BATCH));
  }

  /**
   * Forgets the messages that wait and adds the last frame.
   *
   * @param afterwards what to do with the channel once that frame has left, if anything
   */
  void last(Consumer<ByteBuf> lastFrame, @Nullable ChannelFutureListener afterwards) {
    discardQueue();
    control(lastFrame);
    this.afterwards = afterwards;
  }

  /** Forgets the messages that wait. */
  void discardQueue() {
    queue = null;
    queuedBytes = 0;
  }

  /** Writes out what was added in this turn, and as much of the queue as the socket takes. */
  void flush() {
    writeBatch();
    while (queue != null && channel.isWritable()) {
      refill(queue);
      writeBatch();
    }
  }

  /** Everything was handed to the socket, and it takes more. */
  boolean isDrained() {
    return batch == null && queue == null && channel.isWritable();
  }

  /** How many messages wait for the socket. */
  int waiting() {
    return queue == null ? 0 : queue.size();
  }

  /** Bytes accepted and not yet taken by the operating system. Any thread. */
  long pendingBytes() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return queuedBytes + (outbound == null ? 0 : outbound.totalPendingWriteBytes());
  }

  /** A number that changes whenever the operating system took something. */
  long progress() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return outbound == null
        ? handedOver
        : handedOver - outbound.totalPendingWriteBytes() + outbound.currentProgress();
  }

  /** Releases what was not written, because the channel is gone. */
  void release() {
    discardQueue();
    if (batch != null) {
      batch.release();
      batch = null;
    }
  }

  private boolean isFull() {
    return batch != null && batch.readableBytes() >= FULL_BATCH;
  }

  private void enqueue(Message message, long sequence) {
    if (queue == null) {
      queue = new ArrayDeque<>();
    }
    queue.add(new Waiting(message, sequence));
    queuedBytes = queuedBytes + Frames.MOST_HEADER_BYTES + message.payloadSize(sequence);
  }

  private void refill(ArrayDeque<Waiting> waiting) {
    long bytes = queuedBytes;
    while (!waiting.isEmpty() && !isFull()) {
      Waiting next = waiting.remove();
      int payload = next.message().payloadSize(next.sequence());
      bytes -= Frames.MOST_HEADER_BYTES + payload;
      Frames.text(next.message(), next.sequence(), batch(payload));
    }
    queuedBytes = bytes;
    if (waiting.isEmpty()) {
      queue = null;
    }
  }

  private ByteBuf batch(int payload) {
    int frame = payload + Frames.MOST_HEADER_BYTES;
    if (batch == null) {
      batch = channel.alloc().ioBuffer(Math.max(SMALLEST_BATCH, frame));
    } else if (batch.writableBytes() < frame) {
      batch.ensureWritable(Math.max(MORE_BATCH, frame)); // where two have come, more are coming
    }
    return batch;
  }

  private void writeBatch() {
    ByteBuf full = batch;
    if (full == null) {
      return;
    }
    batch = null;
    handedOver += full.readableBytes();
    if (afterwards == null) {
      channel.writeAndFlush(full, channel.voidPromise());
    } else {
      channel.writeAndFlush(full).addListener(afterwards);
    }
  }

  private record Waiting(Message message, long sequence) {}
}
