package io.bookbell.training;

import java.io.IOException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to the local server. The HTTP client's threads call the listener's methods; the
 * others are for one thread, which receives the messages through a queue.
 */
final class TrainingSocket implements WebSocket.Listener, AutoCloseable {
  private final Duration timeout;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final StringBuilder fragments = new StringBuilder();
  private volatile @Nullable WebSocket webSocket;

  TrainingSocket(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  public void onOpen(WebSocket opened) {
    webSocket = opened;
    opened.request(Long.MAX_VALUE);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
    fragments.append(text);
    if (last) {
      messages.add(fragments.toString());
      fragments.setLength(0);
    }
    return null;
  }

  /** Waits until a message contains a text, and returns that message. */
  String awaitMessage(String part) throws IOException, InterruptedException {
    return awaitMessage(part, timeout);
  }

  /** Like {@link #awaitMessage(String)}, for so long for each message. */
  String awaitMessage(String part, Duration longest) throws IOException, InterruptedException {
    String message = messages.poll(longest.toSeconds(), TimeUnit.SECONDS);
    while (message != null && !message.contains(part)) {
      message = messages.poll(longest.toSeconds(), TimeUnit.SECONDS);
    }
    if (message == null) {
      throw new IOException("No message with “" + part + "” has arrived.");
    }
    return message;
  }

  void acknowledge(String message) throws IOException {
    long seq = TrainingClient.JSON.readTree(message).required("seq").asLong();
    sendText(TrainingClient.JSON.writeValueAsString(Map.of("type", "ack", "seq", seq)));
  }

  void sendText(String text) throws IOException {
    WebSocket opened = webSocket;
    if (opened == null) {
      throw new IOException("The WebSocket isn't open.");
    }
    opened.sendText(text, true).join();
  }

  @Override
  public void close() {
    WebSocket opened = webSocket;
    if (opened != null) {
      opened.abort();
    }
  }
}
