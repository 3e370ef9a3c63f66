package io.bookbell.server.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A raw HTTP and WebSocket client that sends exactly what it is told, valid or not. For one thread.
 */
public final class RawSocket implements AutoCloseable {
  public static final int CONTINUATION = 0;
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  private static final int FINAL = 0x80;
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

  private final Socket socket = new Socket();
  private final DataInputStream in;

  private RawSocket(String url, int receiveBuffer) {
    URI address = URI.create(url);
    try {
      socket.setReceiveBufferSize(receiveBuffer);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), TIMEOUT_MILLIS);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException("No connection to " + url, e);
    }
  }

  public static RawSocket to(String url) {
    return new RawSocket(url, 1 << 16);
  }

  /** Connects with a small receive buffer, so that unread data fills it quickly. */
  public static RawSocket narrow(String url) {
    return new RawSocket(url, 1 << 12);
  }

  public RawSocket write(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a request without a body; lines are separated by line feeds here. */
  public RawSocket request(String lines) {
    return write((lines.strip() + "\n\n").replace("\n", "\r\n").getBytes(ISO_8859_1));
  }

  /** A response; header names are in lower case. */
  public record Answer(int status, Map<String, String> headers, ByteBuffer body) {
    public String text() {
      return UTF_8.decode(body.duplicate()).toString();
    }

    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  /** Reads a response, head and body. */
  public Answer answer() {
    Answer head = answerWithoutBody();
    int length = Integer.parseInt(head.headers.getOrDefault("content-length", "0"));
    return new Answer(head.status, head.headers, ByteBuffer.wrap(read(length)));
  }

  /** Reads the head of a response. */
  public Answer answerWithoutBody() {
    String[] head = readHead().split("\r\n", -1);
    var headers = new TreeMap<String, String>();
    for (int i = 1; i < head.length; i++) {
      int colon = head[i].indexOf(':');
      if (colon > 0) {
        headers.put(
            head[i].substring(0, colon).toLowerCase(Locale.ROOT),
            head[i].substring(colon + 1).strip());
      }
    }
    int status = Integer.parseInt(head[0].split(" ", 3)[1]);
    return new Answer(status, headers, ByteBuffer.allocate(0));
  }

  private String readHead() {
    var head = new ByteArrayOutputStream();
    try {
      while (!head.toString(UTF_8).endsWith("\r\n\r\n")) {
        head.write(in.readUnsignedByte());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no answer, only “" + head.toString(UTF_8) + "”", e);
    }
    return head.toString(UTF_8);
  }

  private byte[] read(int length) {
    try {
      return in.readNBytes(length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a WebSocket handshake with additional header lines, and reads the response. */
  public Answer upgrade(String query, String... headers) {
    request(handshake(query, headers));
    return answer();
  }

  public static String handshake(String query, String... headers) {
    return """
        GET /api/book-requests/ws?%s HTTP/1.1
        Host: localhost
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        %s
        """
        .formatted(query, String.join("\n", headers));
  }

  public RawSocket text(String text) {
    return frame(TEXT, true, text.getBytes(UTF_8));
  }

  public RawSocket frame(int kind, boolean last, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    frame.put((byte) ((last ? FINAL : 0) | kind));
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
    return write(bytes);
  }

  /** A frame that the server sent. */
  public record Frame(int kind, ByteBuffer payload) {
    public String text() {
      return UTF_8.decode(payload.duplicate()).toString();
    }

    public int closeCode() {
      return payload.getShort(0) & 0xFFFF;
    }

    public String closeText() {
      return UTF_8.decode(payload.duplicate().position(2)).toString();
    }
  }

  public Frame frame() {
    try {
      int first = in.readUnsignedByte();
      long length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      return new Frame(first & 0x0F, ByteBuffer.wrap(in.readNBytes(Math.toIntExact(length))));
    } catch (IOException e) {
      throw new UncheckedIOException("no frame", e);
    }
  }

  /** Reads frames up to the next one of a kind, and returns that. */
  public Frame next(int kind) {
    Frame frame = frame();
    while (frame.kind() != kind) {
      frame = frame();
    }
    return frame;
  }

  /** Returns whether there is unread data. */
  public boolean hears() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Discards data until the server has closed the connection, then returns true. Throws if nothing
   * arrives before the read timeout.
   */
  public boolean isEnded() {
    try {
      while (in.read() >= 0) {
        // discard
      }
      return true;
    } catch (SocketException reset) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
