package io.bookbell.hub.internal.wire;

import io.bookbell.hub.BatchSender;
import io.bookbell.hub.BatchSenderProvider;
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
import java.util.Optional;
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

  /** The largest batch, in connections. */
  static final int MAX_WRITERS = 256;

  /**
   * The smallest batch, in connections, for which a {@link BatchSender} is created. Small
   * installations never reach it and never pay for one.
   */
  private static final int WORTH_A_SENDER = 32;

  /** The memory behind {@link #frames}; the reference keeps it from being freed. */
  private final ByteBuffer memory = ByteBuffer.allocateDirect(CAPACITY);

  private final ByteBuf frames = Unpooled.wrappedBuffer(memory).clear();
  private final long address = Buffer.memoryAddress(memory);

  /**
   * The writers with staged frames, in buffer order. {@link #ends} holds the offset at which each
   * one's frames end.
   */
  private final @Nullable FrameWriter[] writers = new FrameWriter[MAX_WRITERS];

  private final int[] ends = new int[MAX_WRITERS];
  private final int[] sockets = new int[MAX_WRITERS];
  private final int[] sent = new int[MAX_WRITERS];
  private int count;
  private boolean sending;
  private boolean mayHaveSender;
  private @Nullable BatchSender batchSender;

  /**
   * Creates an empty writer.
   *
   * @param mayHaveSender false to send with one system call per socket
   */
  public BatchedSocketWriter(boolean mayHaveSender) {
    this.mayHaveSender = mayHaveSender;
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
    if (count == MAX_WRITERS || frames.writableBytes() < bytes) {
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
      if (count > 1 && hasSender() && collectSockets()) {
        sendTogether();
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
        notifyOfRest(writerAt(place), sent[place], frames.slice(from + sent[place], rest));
      }
    }
  }

  /** Without memory for the rest, the connection would go on in the middle of a frame. */
  private static void notifyOfRest(FrameWriter writer, int bytes, ByteBuf rest) {
    try {
      writer.onSent(bytes, rest);
    } catch (Throwable failure) {
      log.error("The rest of a frame can't be sent; closing the connection", failure);
      writer.abort();
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
   * Collects the sockets' file descriptors.
   *
   * @return false if a socket is closed: its file descriptor may already belong to another one
   */
  private boolean collectSockets() {
    for (int place = 0; place < count; place++) {
      Socket socket = writerAt(place).nativeSocket();
      if (!socket.isOpen()) {
        return false;
      }
      sockets[place] = socket.intValue();
    }
    return true;
  }

  private void sendTogether() {
    try {
      Objects.requireNonNull(batchSender).sendAll(count, sockets, address, ends, sent);
    } catch (IOException broken) {
      log.warn(
          "Batched sends failed; from now on each socket is written with its own system call",
          broken);
      close();
    }
  }

  private int startOffset(int place) {
    return place == 0 ? 0 : ends[place - 1];
  }

  private FrameWriter writerAt(int place) {
    return Objects.requireNonNull(writers[place]);
  }

  private boolean hasSender() {
    if (batchSender == null
        && mayHaveSender
        && count >= WORTH_A_SENDER
        && BatchSenderLoader.findProvider().isDone()) {
      createSender();
    }
    return batchSender != null;
  }

  private void createSender() {
    Optional<BatchSenderProvider> provider = BatchSenderLoader.findProvider().join();
    mayHaveSender = provider.isPresent();
    if (provider.isPresent()) {
      try {
        batchSender = provider.get().createSender(MAX_WRITERS);
      } catch (IOException e) {
        log.warn(
            "Each socket of one more event loop is written with its own system call: no {}",
            provider.get(),
            e);
        mayHaveSender = false;
      }
    }
  }

  /** Closes the batch sender; later batches are sent with one system call per socket. */
  public void close() {
    mayHaveSender = false;
    if (batchSender != null) {
      batchSender.close();
      batchSender = null;
    }
  }
}
