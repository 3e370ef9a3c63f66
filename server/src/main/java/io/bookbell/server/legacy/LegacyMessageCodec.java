package io.bookbell.server.legacy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The wire format of the replaced system's channel: the message object with its recipients as
 * strings added to it. Messages from a node of this system also name that node. Stateless.
 *
 * <pre>{"type": ..., ..., "_target_users": ["101", "1", "10"], "_node": "1f0c"}</pre>
 */
final class LegacyMessageCodec {
  private static final int MAX_BYTES = 1 << 20;
  private static final String TARGETS = "_target_users";
  private static final String NODE = "_node";
  private static final String SEQUENCE = "seq";
  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");

  private LegacyMessageCodec() {}

  /** The result of decoding a text from the channel. */
  sealed interface DecodedMessage {
    /**
     * A message from the replaced system.
     *
     * @param strangers whether it names users that can't exist
     */
    record LegacyDelivery(Delivery delivery, boolean strangers) implements DecodedMessage {}

    /** A message from a node of this system, which has already reached its audience. */
    record OwnNodeMessage() implements DecodedMessage {}

    record MalformedMessage(String why) implements DecodedMessage {}
  }

  /**
   * Encodes a delivery for its whole audience, without sequence numbers, which differ between
   * users.
   */
  static byte[] encodeDelivery(Delivery delivery, String node) {
    var users = new TreeSet<>(delivery.unnumbered());
    users.addAll(delivery.sequence().keySet());
    String names = users.stream().map(user -> "\"" + user + "\"").collect(joining(","));
    String added = "\"%s\":[%s],\"%s\":\"%s\"}".formatted(TARGETS, names, NODE, node);
    byte[] object = delivery.message().json();
    var text = new ByteArrayOutputStream(object.length + added.length() + 1);
    text.write(object, 0, object.length - 1);
    if (object.length > 2) {
      text.write(',');
    }
    text.writeBytes(added.getBytes(US_ASCII));
    return text.toByteArray();
  }

  static DecodedMessage decodeMessage(byte[] text) {
    if (text.length > MAX_BYTES) {
      return new DecodedMessage.MalformedMessage("it has more than " + MAX_BYTES + " bytes");
    }
    try {
      return Json.readTree(text) instanceof ObjectNode message
          ? decodeMessage(message)
          : new DecodedMessage.MalformedMessage("it is no JSON object");
    } catch (IOException e) {
      return new DecodedMessage.MalformedMessage("it is no JSON");
    }
  }

  private static DecodedMessage decodeMessage(ObjectNode message) {
    if (message.has(NODE)) {
      return new DecodedMessage.OwnNodeMessage();
    }
    JsonNode named = message.remove(TARGETS);
    if (named == null || !named.isArray()) {
      return new DecodedMessage.MalformedMessage("its " + TARGETS + " is no list");
    }
    message.remove(SEQUENCE); // would be taken for a sequence number of the user's inbox
    Set<UserId> users = new HashSet<>();
    boolean strangers = false;
    for (JsonNode each : named) {
      boolean id = isUserId(each);
      strangers |= !id;
      if (id) {
        users.add(new UserId(Long.parseLong(each.asText())));
      }
    }
    Message told = Message.of(Json.writeAsBytes(message));
    return new DecodedMessage.LegacyDelivery(Delivery.unnumbered(told, users), strangers);
  }

  /** Accepts a string, as the replaced system writes it, or a plain number. */
  private static boolean isUserId(JsonNode named) {
    return (named.isTextual() || named.isIntegralNumber()) && ID.matcher(named.asText()).matches();
  }
}
