package io.bookbell.server.rehearsal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;

/**
 * A client for the local server over plain sockets. An HTTP client would load classes that the
 * server itself never needs. For one thread.
 */
final class TrainingClient {
  private static final int PATIENCE_MILLIS = 20_000;

  private final int port;
  private String credentials = "";

  TrainingClient(int port) {
    this.port = port;
  }

  void signIn(String email, String password) throws IOException {
    JsonNode answer = postJson("/api/auth/login", Map.of("email", email, "password", password));
    credentials = "Authorization: Bearer " + answer.required("token").asText() + "\r\n";
  }

  /** Fetches a path and returns the body as received, perhaps compressed. */
  String fetchRaw(String path) throws IOException {
    return sendRequest("GET " + path, "Accept-Encoding: gzip\r\n", "");
  }

  JsonNode getJson(String path) throws IOException {
    return Json.readTree(sendRequest("GET " + path, "", ""));
  }

  JsonNode postJson(String path, Map<String, ?> body) throws IOException {
    return Json.readTree(
        sendRequest(
            "POST " + path, "Content-Type: application/json\r\n", Json.writeAsString(body)));
  }

  private String sendRequest(String what, String headers, String body) throws IOException {
    try (Socket socket = openSocket()) {
      byte[] content = body.getBytes(UTF_8);
      String length = "Content-Length: " + content.length + "\r\nConnection: close\r\n";
      writeHead(socket, what, headers + length);
      socket.getOutputStream().write(content);
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      if (!answer.startsWith("HTTP/1.1 2")) {
        throw new IOException(what + " was answered with " + answer);
      }
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  /** Opens a WebSocket. */
  TrainingSocket openWebSocket(long user) throws IOException {
    Socket socket = openSocket();
    writeHead(
        socket,
        "GET /api/book-requests/ws?user_id=" + user,
        """
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
        """);
    return new TrainingSocket(socket);
  }

  private Socket openSocket() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private void writeHead(Socket socket, String what, String headers) throws IOException {
    String head = what + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + credentials + headers;
    socket.getOutputStream().write((head + "\r\n").getBytes(ISO_8859_1));
  }

  /** An open WebSocket. Frames are sent with a mask of zeros, so their payload needs no masking. */
  static final class TrainingSocket implements AutoCloseable {
    private static final int FINAL_TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int LONGEST = 125;

    private final Socket socket;
    private final StringBuilder heard = new StringBuilder();

    private TrainingSocket(Socket socket) {
      this.socket = socket;
    }

    void sendText(String text) throws IOException {
      byte[] content = text.getBytes(ISO_8859_1);
      if (content.length > LONGEST) {
        throw new IllegalArgumentException("Too long for a short frame: " + text);
      }
      byte[] frame = new byte[6 + content.length];
      frame[0] = (byte) FINAL_TEXT;
      frame[1] = (byte) (MASKED | content.length);
      System.arraycopy(content, 0, frame, 6, content.length);
      socket.getOutputStream().write(frame);
    }

    /** Waits until a text arrives, and discards everything up to its end. */
    void awaitText(String text) throws IOException {
      byte[] some = new byte[8192];
      int found = heard.indexOf(text);
      while (found < 0) {
        int length = socket.getInputStream().read(some);
        if (length < 0) {
          throw new IOException("The connection ended before “" + text + "” came: " + heard);
        }
        heard.append(new String(some, 0, length, ISO_8859_1));
        found = heard.indexOf(text);
      }
      heard.delete(0, found + text.length());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
