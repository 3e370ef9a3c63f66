package io.bookbell.server.mail;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookbell.server.Domain;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.mail.TransactionalMail.MailLink;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.PersonalFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A mail server that accepts everything, except that some commands have other replies, or none.
 * Thread-safe.
 */
final class ScriptedMailServer implements AutoCloseable {
  final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  /** How many mails it was sent, whether or not it has accepted them. */
  final AtomicInteger begun = new AtomicInteger();

  /** The Message-IDs of these, in their order. */
  final List<String> messageIds = new CopyOnWriteArrayList<>();

  /** All connections, in their order. */
  final List<Socket> connections = new CopyOnWriteArrayList<>();

  /** The arguments of all RCPT commands, in their order. */
  final List<String> receivers = new CopyOnWriteArrayList<>();

  /** A reply that closes the connection instead. */
  static final String CLOSE = "close";

  /** A reply that resets the connection instead, as when the server is killed. */
  static final String RESET = "reset";

  /** The replies to some commands; none if it's empty. */
  volatile Map<String, String> reply = Map.of();

  /** How many mails a connection takes. */
  volatile int mostOnConnection = 100;

  /** Whether connections are closed before the greeting. */
  volatile boolean drops;

  private volatile CountDownLatch held = new CountDownLatch(0);

  ScriptedMailServer() throws IOException {
    Thread.startVirtualThread(this::acceptAll);
  }

  /** Settings with which mails go to this server. */
  MailConfig config() {
    return new MailConfig(
        "127.0.0.1",
        socket.getLocalPort(),
        false,
        Optional.empty(),
        Optional.empty(),
        "books@books.test");
  }

  /** A transport that sends here what a domain's people have chosen, and links for passwords. */
  MailTransport transportOf(Domain domain) {
    return new MailTransport(
        config(),
        PublicUrl.parse("https://books.test").orElseThrow(),
        new PersonalFilter(domain.features.notifications, domain.features.access),
        Map.of(
            "password_reset",
            (_, _, _) -> Optional.of(new MailLink("/reset#secret", "en", Map.of()))));
  }

  /** From now on, no mail is accepted until {@link #release}. */
  void hold() {
    held = new CountDownLatch(1);
  }

  void release() {
    held.countDown();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket client = socket.accept();
        if (drops) {
          client.close();
          continue;
        }
        connections.add(client);
        Thread.startVirtualThread(() -> talk(client));
      }
    } catch (IOException e) {
      // the test has ended
    }
  }

  private void talk(Socket client) {
    try (client;
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII))) {
      say(client, "220 ready");
      int mails = 0;
      boolean inData = false;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String command = line.split(" ", 2)[0];
        if (inData && !command.equals(".")) {
          if (command.equalsIgnoreCase("Message-ID:")) {
            messageIds.add(line.substring(command.length()).strip());
          }
          continue;
        }
        if (command.equals("RCPT")) {
          receivers.add(line.substring("RCPT TO:".length()));
        }
        String answer = reply.getOrDefault(command, command.equals("DATA") ? "354 go" : "250 ok");
        if (command.equals("MAIL") && mails++ == mostOnConnection) {
          say(client, "421 4.7.0 too many mails on this connection");
          return;
        }
        if (answer.equals(RESET)) {
          client.setSoLinger(true, 0);
          return;
        }
        if (answer.equals(CLOSE)) {
          return;
        }
        inData = command.equals("DATA") && answer.startsWith("354");
        if (inData) {
          begun.incrementAndGet();
        } else if (command.equals(".")) {
          awaitRelease();
        }
        say(client, answer);
      }
    } catch (IOException e) {
      // the client has closed the connection
    }
  }

  private void awaitRelease() throws IOException {
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void say(Socket client, String line) throws IOException {
    if (!line.isEmpty()) {
      client.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
