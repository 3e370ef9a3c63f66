package io.bookbell.hub;

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
 * The short way from a lane into its sockets, past pipeline and outbound buffer of a channel: one
 * buffer in which the frames of all connections lie until they are sent together. On the lane's
 * event loop only.
 */
final class BatchedSocketWriter {
  private static final Logger log = LoggerFactory.getLogger(BatchedSocketWriter.class);

  private static final int CAPACITY = 1 << 18;
  private static final int MOST_WRITERS = IoUringSender.CAPACITY;

  /**
   * Who never has so many to write to does without a ring, and without what it takes to make one.
   */
  private static final int WORTH_A_RING = 32;

  /** What {@link #frames} lies in, and what keeps it. */
  private final ByteBuffer memory = ByteBuffer.allocateDirect(CAPACITY);

  private final ByteBuf frames = Unpooled.wrappedBuffer(memory).clear();
  private final long address = Buffer.memoryAddress(memory);

  /** Whose frames lie there, and where they end. */
  private final @Nullable FrameWriter[] writers = new FrameWriter[MOST_WRITERS];

  private final int[] ends = new int[MOST_WRITERS];
  private final int[] sent = new int[MOST_WRITERS];
  private int count;
  private boolean sending;
  private boolean mayHaveRing;
  private @Nullable IoUringSender ring;

  /**
   * Begins empty.
   *
   * @param mayHaveRing false where each write has to be a call of its own
   */
  BatchedSocketWriter(boolean mayHaveRing) {
    this.mayHaveRing = mayHaveRing;
  }

  /** The operating system's socket of a channel that leaves its bytes as they are, or null. */
  static @Nullable Socket socketOf(Channel channel) {
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    return plain && channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket
        ? socket
        : null;
  }

  /** Whether so many bytes of one more connection find room; what lies there may be sent for it. */
  boolean ensureRoomFor(int bytes) {
    if (sending) {
      return false;
    }
    if (count == MOST_WRITERS || frames.writableBytes() < bytes) {
      sendStaged();
    }
    return frames.writableBytes() >= bytes;
  }

  /** The buffer, to lay frames behind what lies there. */
  ByteBuf frameBuffer() {
    return frames;
  }

  /** What was laid behind the rest is this writer's, who is told when it was sent. */
  void staged(FrameWriter writer) {
    writers[count] = writer;
    ends[count] = frames.writerIndex();
    count++;
  }

  /** Sends what lies there, and tells each writer how much of its own the socket took. */
  void sendStaged() {
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

  /** How many bytes the socket took; 0 too where it is broken, which its channel will notice. */
  private int sendDirect(int place) {
    Socket socket = writerAt(place).nativeSocket();
    try {
      return socket.isOpen() ? socket.sendAddress(address, startOffset(place), ends[place]) : 0;
    } catch (IOException broken) {
      return 0;
    }
  }

  /** The number of a socket that is closed may be another's by now. */
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

  /** Gives the ring back; what is sent afterwards leaves one by one. */
  void close() {
    mayHaveRing = false;
    if (ring != null) {
      ring.close();
      ring = null;
    }
  }
}
