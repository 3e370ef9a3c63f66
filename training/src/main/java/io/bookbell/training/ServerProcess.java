package io.bookbell.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged server as a process of its own, on a free port of this machine. It ends when this
 * object is closed and also when this program is killed, whatever the signal. For one thread; a
 * second one reads what the server prints.
 */
final class ServerProcess implements AutoCloseable {
  /**
   * Starts a command, and sends it SIGTERM when the standard input ends. The system ends that when
   * the program at its other end is gone. The signals that a terminal sends to all programs at once
   * are ignored: they must not end the guard before its child.
   */
  private static final String GUARD =
      """
      "$@" </dev/null &
      trap '' INT TERM HUP
      exec >/dev/null 2>&1
      read -r line
      kill "$!"
      wait "$!"
      """;

  private static final Pattern ADDRESS = Pattern.compile(" is at (http://\\S+)");
  private static final int TIMEOUT_SECONDS = 120;

  private final Process guard;
  private final List<String> printed = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Optional<URI>> addresses = new LinkedBlockingQueue<>();

  private ServerProcess(Process guard) {
    this.guard = guard;
  }

  /**
   * Starts a server on the data in a folder.
   *
   * @param command Java with its options and those of the server
   */
  static ServerProcess start(Path folder, List<String> command) throws IOException {
    var words = new ArrayList<>(List.of("/bin/sh", "-c", GUARD, "sh"));
    words.addAll(command);
    var builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    setEnvironment(builder.environment(), folder);
    var server = new ServerProcess(builder.start());
    Thread.ofVirtual().name("server output").start(server::readOutput);
    return server;
  }

  /** The operator's settings are for their server: this one must not touch their database. */
  private static void setEnvironment(Map<String, String> environment, Path folder) {
    environment.keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
    environment.put("BOOKBELL_PORT", "0");
    environment.put("BOOKBELL_DATA", folder.resolve("data").toString());
    environment.put("BOOKBELL_OPEN_LIBRARY_URL", "off");
    environment.put("BOOKBELL_RATE_LIMITS", "false");
  }

  private void readOutput() {
    try (BufferedReader output = guard.inputReader(UTF_8)) {
      String line = output.readLine();
      while (line != null) {
        printed.add(line);
        Matcher found = ADDRESS.matcher(line);
        if (found.find()) {
          addresses.add(Optional.of(URI.create(found.group(1))));
        }
        line = output.readLine();
      }
    } catch (IOException e) {
      printed.add(String.valueOf(e.getMessage()));
    }
    addresses.add(Optional.empty());
  }

  /**
   * Waits until the server says where it is.
   *
   * @throws IOException if it ends instead; the message is what it has printed
   */
  URI awaitAddress() throws IOException, InterruptedException {
    Optional<URI> address = addresses.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (address == null) {
      throw new IOException(
          "The server has not started in " + TIMEOUT_SECONDS + " seconds.\n" + printedText());
    }
    return address.orElseThrow(() -> new IOException(printedText()));
  }

  private String printedText() {
    return String.join("\n", printed);
  }

  /** Ends the server with SIGTERM, as operators do, and waits until it has ended. */
  @Override
  public void close() throws IOException, InterruptedException {
    guard.getOutputStream().close();
    if (!guard.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException(
          "The server has not ended in " + TIMEOUT_SECONDS + " seconds.\n" + printedText());
    }
  }
}
