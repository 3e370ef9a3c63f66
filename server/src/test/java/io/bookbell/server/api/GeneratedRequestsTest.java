package io.bookbell.server.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.TestServer;
import io.bookbell.server.api.RequestGenerator.Generated;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Sends thousands of requests, most of them invalid: each gets a response, none of them a server
 * error, every refusal is a problem, and nothing is logged as an error. {@code
 * -Dbad.requests=50000} sends more; {@code -Dseed} repeats a run.
 */
class GeneratedRequestsTest {
  private static final int USUALLY = 2000;
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final int MAX_SHOWN = 20;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})[^\n]*\r\n");
  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    root.addAppender(logged);
  }

  @AfterEach
  void leave() {
    root.detachAppender(logged);
  }

  @ParameterizedTest
  @EnumSource
  void noGeneratedRequestIsAFailureOfTheServer(TestDatabase database) {
    long seed = Long.getLong("seed", System.nanoTime());
    int requests = Integer.getInteger("bad.requests", USUALLY);
    System.out.printf("%d generated requests on %s: -Dseed=%d%n", requests, database, seed);
    var server = TestServer.shared(database);
    var generator = new RequestGenerator(seed, new Contract(), server.cast());
    var wrong = new ArrayList<String>();
    for (int i = 0; i < requests && wrong.size() < MAX_SHOWN; i++) {
      Generated request = generator.next();
      fault(request, send(server.url(), request))
          .ifPresent(fault -> wrong.add(request.shown() + "\n  → " + fault));
    }

    assertThat(wrong).as("seed %d", seed).isEmpty();
    assertThat(logged.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR)))
        .as("logged, seed %d", seed)
        .isEmpty();
    server.client().get("/health/ready").expect(200);
    assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
  }

  private static Optional<String> fault(Generated request, String answer) {
    Matcher status = STATUS.matcher(answer);
    if (!status.lookingAt()) {
      return request.isWhole() ? Optional.of("no answer: " + answer) : Optional.empty();
    }
    int code = Integer.parseInt(status.group(1));
    if (code < 400) {
      return code == 304 || code < 300 ? Optional.empty() : Optional.of(answer);
    }
    boolean isAllowed = code < 500 || (code == 503 && answer.contains("\"code\":\"busy\""));
    return isAllowed && (request.isHead() || isProblem(answer, code))
        ? Optional.empty()
        : Optional.of(answer);
  }

  private static boolean isProblem(String answer, int status) {
    int end = answer.indexOf("\r\n\r\n");
    if (!answer
        .substring(0, end)
        .toLowerCase(Locale.ROOT)
        .contains("content-type: application/problem+json")) {
      return false;
    }
    try {
      JsonNode body = Json.readTree(answer.substring(end + 4));
      return body.path("status").asInt() == status && !body.path("code").asText().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** The final response, up to the length it declares. */
  private static String send(String url, Generated request) {
    URI address = URI.create(url);
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.bytes());
      if (!request.isWhole()) {
        socket.shutdownOutput();
      }
      return read(socket, request.isHead());
    } catch (SocketException reset) {
      return "reset: " + reset.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(request.shown(), e);
    }
  }

  private static String read(Socket socket, boolean isHead) throws IOException {
    var in = new BufferedInputStream(socket.getInputStream());
    String head = "";
    do {
      head = head(in);
    } while (head.startsWith("HTTP/1.1 100"));
    Matcher length = LENGTH.matcher(head);
    boolean hasBody = !isHead && length.find();
    byte[] body = hasBody ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
    return head + new String(body, UTF_8);
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      head.write(next);
      if (next == '\n' && head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        break;
      }
    }
    return head.toString(ISO_8859_1);
  }
}
