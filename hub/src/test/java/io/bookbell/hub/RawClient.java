package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A WebSocket client that sends exactly what it is told, valid or not. For one thread at a time.
 */
public final class RawClient implements AutoCloseable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  public static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  private static final int FINAL = 0x80;
  private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

  private final Socket socket = new Socket();
  private final OutputStream out;
  private final DataInputStream in;

  public RawClient(int port) {
    this(port, 1 << 16);
  }

  /**
   * @param receiveBuffer the size of the operating system's receive buffer in bytes
   */
  public RawClient(int port, int receiveBuffer) {
    try {
      socket.setReceiveBufferSize(receiveBuffer);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(20_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
      out = socket.getOutputStream();
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The text of a handshake with this query. */
  public static String handshake(String query) {
    return "GET /ws?"
        + query
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  /** Sends the handshake and reads the head of the response. */
  public RawClient open(String query) {
    write(handshake(query).getBytes(UTF_8));
    String head = readHead();
    if (!head.startsWith("HTTP/1.1 101")) {
      throw new AssertionError("expected 101, got " + head);
    }
    return this;
  }

  /** Sends a request without a body. */
  public RawClient get(String pathAndQuery) {
    return write(("GET " + pathAndQuery + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8));
  }

  /** Opens an event stream. */
  public RawClient openStream(String query) {
    String head = get("/stream?" + query).readHead();
    if (!head.startsWith("HTTP/1.1 200")) {
      throw new AssertionError("expected 200, got " + head);
    }
    return this;
  }

  /** Reads the lines of the next event, up to the empty one, without comments. */
  public List<String> readEvent() {
    List<String> lines = new ArrayList<>();
    for (String line = readLine(); !line.isEmpty() || lines.isEmpty(); line = readLine()) {
      if (!line.startsWith(":")) {
        lines.add(line);
      }
    }
    return lines;
  }

  /** Reads up to the next line feed. */
  public String readLine() {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
        line.write(next);
      }
      return line.toString(UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Sends a poll, and reads the lines of its answer. */
  public List<String> poll(String query) {
    return get("/poll?" + query).readPolled();
  }

  /** Reads the lines of the answer to a poll. */
  public List<String> readPolled() {
    String head = readHead();
    int length = Integer.parseInt(head.replaceFirst("(?si).*content-length: ([0-9]+).*", "$1"));
    byte[] body = new byte[length];
    try {
      in.readFully(body);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return new String(body, UTF_8).lines().toList();
  }

  /** Reads the head of an HTTP response. */
  public String readHead() {
    try {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(UTF_8).endsWith("\r\n\r\n")) {
        head.write(in.readUnsignedByte());
      }
      return head.toString(UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public RawClient write(byte[] bytes) {
    try {
      out.write(bytes);
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public RawClient text(String text) {
    return write(frame(FINAL | TEXT, text.getBytes(UTF_8)));
  }

  RawClient fragment(int kind, boolean last, byte[] payload) {
    return write(frame((last ? FINAL : 0) | kind, payload));
  }

  RawClient control(int kind, byte... payload) {
    return write(frame(FINAL | kind, payload));
  }

  RawClient close(int code) {
    return control(CLOSE, (byte) (code >> 8), (byte) code);
  }

  public static byte[] frame(int first, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    frame.put((byte) first);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length < 1 << 16) {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    frame.put(MASK);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ MASK[i % 4]));
    }
    byte[] bytes = new byte[frame.position()];
    frame.flip().get(bytes);
    return bytes;
  }

  /** Reads the next frame; fails the test at the end of the stream. */
  public Frame read() {
    try {
      int first = in.readUnsignedByte();
      long length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] payload = new byte[Math.toIntExact(length)];
      in.readFully(payload);
      return new Frame(first & 0x0F, ByteBuffer.wrap(payload));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Reads the next text frame, skipping pings. */
  public String readText() {
    Frame frame = read();
    while (frame.kind() == PING) {
      frame = read();
    }
    if (frame.kind() != TEXT) {
      throw new AssertionError("expected a text, got " + frame);
    }
    return frame.text();
  }

  /** Reads up to the close frame. */
  Frame readClose() {
    Frame frame = read();
    while (frame.kind() != CLOSE) {
      frame = read();
    }
    return frame;
  }

  /** Reads everything that is left; returns true once the server has ended the connection. */
  boolean readEnd() {
    try {
      while (in.read() >= 0) {
        // discard
      }
      return true;
    } catch (EOFException | java.net.SocketException end) {
      return true;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Closes the connection with a TCP reset, without a close frame. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A frame from the server. */
  public record Frame(int kind, ByteBuffer payload) {
    String text() {
      return UTF_8.decode(payload.duplicate()).toString();
    }

    int closeCode() {
      return payload.getShort(0) & 0xFFFF;
    }

    String closeText() {
      return UTF_8.decode(payload.duplicate().position(2)).toString();
    }

    @Override
    public String toString() {
      return "frame " + kind + " " + (kind == CLOSE ? closeCode() + " " + closeText() : text());
    }
  }
}
