package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A receiver of a backplane that records deliveries, and factories for deliveries. Any thread. */
public final class Hearing {
  public static final String CHANNEL = "test";

  private static final String BEGIN = "{\"text\":\"";
  private static final String END = "\"}";

  private final List<Delivery> heard = new CopyOnWriteArrayList<>();

  public Hearing(Backplane node) {
    node.subscribe(CHANNEL, heard::addAll);
  }

  /** A delivery without a sequence number. */
  public static Delivery plain(String text, UserId... users) {
    return Delivery.unnumbered(message(text), Set.of(users));
  }

  public static Message message(String text) {
    return Message.of(json(text));
  }

  static byte[] json(String text) {
    return (BEGIN + text + END).getBytes(UTF_8);
  }

  public List<Delivery> heard() {
    return heard;
  }

  /** The sequence numbers or the state of each message, and its text. */
  public List<String> texts() {
    return heard.stream().map(Hearing::text).toList();
  }

  private static String text(Delivery delivery) {
    String json = new String(delivery.message().json(), UTF_8);
    String numbers =
        delivery.sequence().values().stream().map(String::valueOf).collect(Collectors.joining());
    String state = delivery.message().state().map(Message.StateKey::toString).orElse("");
    return numbers + state + " " + json.substring(BEGIN.length(), json.length() - END.length());
  }
}
