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
import org.jspecify.annotations.Nullable;

/**
 * The short way from a lane into its sockets, past pipeline and outbound buffer of a channel: one
 * buffer for all connections. On the lane's event loop only.
 */
final class Outlet {
  private static final int CAPACITY = 1 << 16;

  /** What {@link #frames} lies in, and what keeps it. */
  private final ByteBuffer memory = ByteBuffer.allocateDirect(CAPACITY);

  private final ByteBuf frames = Unpooled.wrappedBuffer(memory);
  private final long address = Buffer.memoryAddress(memory);

  /** The operating system's socket of a channel that leaves its bytes as they are, or null. */
  static @Nullable Socket socketOf(Channel channel) {
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    return plain && channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket
        ? socket
        : null;
  }

  /** The buffer, emptied. */
  ByteBuf frames() {
    return frames.clear();
  }

  /**
   * Sends what the buffer holds.
   *
   * @return how many bytes the socket took; 0 too where it is broken, which its channel will notice
   *     as well
   */
  int sendTo(Socket socket) {
    try {
      return socket.sendAddress(address, 0, frames.writerIndex());
    } catch (IOException broken) {
      return 0;
    }
  }
}
