package io.bookbell.hub.internal.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the frames of many connections directly to their sockets, bypassing each channel's
 * pipeline and outbound buffer. Each event loop has one, with a single shared buffer in which
 * connections stage their frames until they are sent together. Used on that event loop only.
 */
public final class BatchedSocketWriter {
  private static final Logger log = LoggerFactory.getLogger(BatchedSocketWriter.class);

  private static final int CAPACITY = 1 << 18;
  private static final int MOST_WRITERS = IoUringSender.CAPACITY;

  /**
   * The smallest batch, in connections, for which an io_uring is created. Small installations never
   * reach it and never pay for one.
   */
  private static final int WORTH_A_RING = 32;

  /** The memory behind {@link #frames}; the reference keeps it from being freed. */
  private final ByteBuffer memory = ByteBuffer.allocateDirect(CAPACITY);

  private final ByteBuf frames = Unpooled.wrappedBuffer(memory).clear();
  private final long address = Buffer.memoryAddress(memory);

  /**
   * The writers with staged frames, in buffer order. {@link #ends} holds the offset at which each
   * one's frames end.
   */
  private final @Nullable FrameWriter[] writers = new FrameWriter[MOST_WRITERS];

  private final int[] ends = new int[MOST_WRITERS];
  private final int[] sent = new int[MOST_WRITERS];
  private int count;
  private boolean sending;
  private boolean mayHaveRing;
  private @Nullable IoUringSender ring;

  /**
   * Creates an empty writer.
   *
   * @param mayHaveRing false to send with one system call per socket
   */
  public BatchedSocketWriter(boolean mayHaveRing) {
    this.mayHaveRing = mayHaveRing;
  }

  /**
   * Returns the native socket of a channel, or null if the channel uses TLS or isn't a native Unix
   * one.
   */
  static @Nullable Socket socketOf(Channel channel) {
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    return plain && channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket
        ? socket
        : null;
  }

  /**
   * Returns whether the buffer has room for this many bytes of one more connection, after sending
   * what is already staged if necessary.
   */
  boolean ensureRoomFor(int bytes) {
    if (sending) {
      return false;
    }
    if (count == MOST_WRITERS || frames.writableBytes() < bytes) {
      sendStaged();
    }
    return frames.writableBytes() >= bytes;
  }

  /** The shared buffer; append frames at its writer index. */
  ByteBuf frameBuffer() {
    return frames;
  }

  /**
   * Records that everything appended since the previous call belongs to this writer, which is
   * notified once it has been sent.
   */
  void staged(FrameWriter writer) {
    writers[count] = writer;
    ends[count] = frames.writerIndex();
    count++;
  }

  /** Sends all staged frames, and tells each writer how many of its bytes its socket accepted. */
  public void sendStaged() {
    if (count == 0 || sending) {
      return;
    }
    sending = true;
    try {
      if (count > 1 && hasRing() && areAllOpen()) {
        sendThroughRing();
      } else {
        sendSequentially();
      }
      notifyWriters();
    } finally {
      Arrays.fill(writers, 0, count, null);
      frames.clear();
      count = 0;
      sending = false;
    }
  }

  private void notifyWriters() {
    for (int place = 0; place < count; place++) {
      int from = startOffset(place);
      int rest = ends[place] - from - sent[place];
      if (rest == 0) {
        writerAt(place).onSent(sent[place]);
      } else {
        writerAt(place).onSent(sent[place], frames.slice(from + sent[place], rest));
      }
    }
  }

  private void sendSequentially() {
    for (int place = 0; place < count; place++) {
      sent[place] = sendDirect(place);
    }
  }

  /**
   * Returns how many bytes the socket accepted: 0 also if it is broken, which its channel will
   * detect.
   */
  private int sendDirect(int place) {
    Socket socket = writerAt(place).nativeSocket();
    try {
      return socket.isOpen() ? socket.sendAddress(address, startOffset(place), ends[place]) : 0;
    } catch (IOException broken) {
      return 0;
    }
  }

  /**
   * A closed socket's file descriptor may already belong to another one, so the ring must not use
   * it.
   */
  private boolean areAllOpen() {
    for (int place = 0; place < count; place++) {
      if (!writerAt(place).nativeSocket().isOpen()) {
        return false;
      }
    }
    return true;
  }

  private void sendThroughRing() {
    IoUringSender together = Objects.requireNonNull(ring);
    for (int place = 0; place < count; place++) {
      int from = startOffset(place);
      together.addSend(
          writerAt(place).nativeSocket().intValue(), address + from, ends[place] - from);
    }
    try {
      together.submit();
    } catch (IOException broken) {
      log.warn("io_uring is given up: from here on writes leave one by one", broken);
      close();
    }
    for (int place = 0; place < count; place++) {
      sent[place] = Math.max(0, together.resultAt(place));
    }
  }

  private int startOffset(int place) {
    return place == 0 ? 0 : ends[place - 1];
  }

  private FrameWriter writerAt(int place) {
    return Objects.requireNonNull(writers[place]);
  }

  private boolean hasRing() {
    if (ring == null
        && mayHaveRing
        && count >= WORTH_A_RING
        && IoUringSupport.checkUsability().isDone()) {
      createRing();
    }
    return ring != null;
  }

  private void createRing() {
    try {
      mayHaveRing = IoUringSupport.checkUsability().join();
      ring = mayHaveRing ? new IoUringSender() : null;
    } catch (IOException e) {
      log.warn("No io_uring for one more event loop: its writes leave one by one", e);
      mayHaveRing = false;
    }
  }

  /** Closes the ring; later batches are sent with one system call per socket. */
  public void close() {
    mayHaveRing = false;
    if (ring != null) {
      ring.close();
      ring = null;
    }
  }
}
