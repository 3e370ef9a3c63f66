package io.bookbell.server.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An event stream read line by line from a plain socket, so that a test can stop reading or cut it
 * anywhere. Validates every event against the API description. For one thread.
 */
public final class TestStream implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader in;
  private final List<String> head = new ArrayList<>();

  /**
   * An event.
   *
   * @param id empty if it has none
   * @param type the name of the event, which the JSON must have too
   */
  public record Event(Optional<String> id, String type, JsonNode data) {
    public long seq() {
      return data.get("seq").asLong();
    }

    /** Whether it is one of the messages that have consecutive numbers. */
    public boolean isNumbered() {
      return id.isPresent() && !type.equals("initial_data");
    }
  }

  private TestStream(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8), 256);
  }

  /** Opens a stream with the client's token. */
  public static TestStream open(TestClient client, String query) {
    return open(client.url(), query, bearer(client));
  }

  /** Continues as browsers do by themselves. */
  public static TestStream resume(TestClient client, String lastEventId) {
    return open(client.url(), "", bearer(client) + "Last-Event-ID: " + lastEventId + "\r\n");
  }

  private static String bearer(TestClient client) {
    return "Authorization: Bearer " + client.token().orElseThrow() + "\r\n";
  }

  /** Sends a request with these header lines. */
  public static TestStream open(String url, String query, String headers) {
    return open(url, query, headers, 1 << 16);
  }

  /** A stream whose socket takes little, so that it's soon full when nobody reads. */
  public static TestStream narrow(TestClient client) {
    return open(client.url(), "", bearer(client), 1 << 12);
  }

  private static TestStream open(String url, String query, String headers, int receiveBuffer) {
    URI address = URI.create(url);
    try {
      var socket = new Socket();
      socket.setReceiveBufferSize(receiveBuffer);
      socket.setSoTimeout(20_000);
      socket.connect(new java.net.InetSocketAddress(address.getHost(), address.getPort()));
      var stream = new TestStream(socket);
      String path = "/api/messages/stream" + (query.isEmpty() ? "" : "?" + query);
      String request = "GET " + path + " HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\n";
      socket.getOutputStream().write((request + headers + "\r\n").getBytes(UTF_8));
      stream.readHead();
      return stream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readHead() throws IOException {
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.add(line);
    }
  }

  public int status() {
    return Integer.parseInt(head.getFirst().substring("HTTP/1.1 ".length()).substring(0, 3));
  }

  /** The value of a header of the response; empty if there is none. */
  public String header(String name) {
    return head.stream()
        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** Reads the next event; fails at the end of the stream. */
  public Event next() {
    return readEvent().orElseThrow(() -> new AssertionError("the stream has ended"));
  }

  /** Reads up to an event of this type. */
  public Event await(String type) {
    Event event = next();
    while (!event.type.equals(type)) {
      event = next();
    }
    return event;
  }

  /** Reads the next line as it is: empty at the end of the stream. */
  public Optional<String> line() {
    try {
      return Optional.ofNullable(in.readLine());
    } catch (IOException cut) {
      return Optional.empty();
    }
  }

  /** Reads the next event; empty at the end of the stream, even in the middle of an event. */
  public Optional<Event> readEvent() {
    Map<String, String> fields = new java.util.HashMap<>();
    for (Optional<String> line = line(); line.isPresent(); line = line()) {
      if (line.get().isEmpty() && fields.containsKey("data")) {
        return Optional.of(toEvent(fields));
      }
      if (!line.get().isEmpty() && !line.get().startsWith(":")) {
        String[] parts = line.get().split(": ", 2);
        fields.put(parts[0], parts[1]);
      }
    }
    return Optional.empty();
  }

  private static Event toEvent(Map<String, String> fields) {
    try {
      JsonNode data = Json.readTree(fields.get("data"));
      if (!fields.get("event").equals("close")) {
        TestClient.CONTRACT.checkServerMessage(fields.get("data"));
      }
      return new Event(Optional.ofNullable(fields.get("id")), fields.get("event"), data);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + fields, e);
    }
  }

  /** Cuts the connection without notice. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    reset();
  }
}
