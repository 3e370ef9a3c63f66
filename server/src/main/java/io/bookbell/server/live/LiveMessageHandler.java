package io.bookbell.server.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Message;
import io.bookbell.server.receipt.Device;
import io.bookbell.server.web.Json;
import org.jspecify.annotations.Nullable;

/**
 * What clients may say over the socket: {@code ping}, {@code ack} and {@code answering}. Called on
 * event loops; keeps nothing between calls.
 */
final class LiveMessageHandler implements ClientMessageHandler {
  private final AcknowledgementWriter acknowledgementWriter;
  private final TypingPresence typingPresence;

  LiveMessageHandler(AcknowledgementWriter acknowledgementWriter, TypingPresence typingPresence) {
    this.acknowledgementWriter = acknowledgementWriter;
    this.typingPresence = typingPresence;
  }

  @Override
  public void onText(Connection connection, String text) {
    if (text.strip().equals("ping")) {
      connection.replyText("pong");
      return;
    }
    JsonNode message;
    try {
      message = Json.foreign(text);
    } catch (JsonProcessingException e) {
      notUnderstood(connection, "invalid_json", "A message is one JSON object.");
      return;
    }
    understand(connection, message);
  }

  @Override
  public void onBinary(Connection connection, byte[] payload) {
    notUnderstood(connection, "binary_frame", "Messages are text frames.");
  }

  private void understand(Connection connection, JsonNode message) {
    if (message.getNodeType() != JsonNodeType.OBJECT) {
      notUnderstood(connection, "invalid_json", "A message is one JSON object.");
      return;
    }
    switch (message.path("type").asText()) {
      case "ping" -> connection.reply(seq -> encode(new PongMessage("pong", seq)));
      case "ack" -> acknowledge(connection, message.path("seq"));
      case "answering" -> answering(connection, message.get("book_request_id"));
      default ->
          notUnderstood(
              connection, "unknown_type", "The type of a message is “ping”, “ack” or “answering”.");
    }
  }

  private void acknowledge(Connection connection, JsonNode seq) {
    if (!seq.isIntegralNumber() || !seq.canConvertToLong() || seq.asLong() < 0) {
      notUnderstood(connection, "invalid_ack", "The seq of an ack is a whole number from 0.");
    } else if (seq.asLong() > connection.position()) {
      notUnderstood(
          connection, "invalid_ack", "The seq of an ack is at most that of the last message sent.");
    } else {
      connection.acknowledged(seq.asLong());
      String session = connection.metadata().get(WebSocketRoutes.SESSION);
      if (session != null) {
        acknowledgementWriter.note(new Device(connection.user(), session), seq.asLong());
      }
    }
  }

  private void answering(Connection connection, @Nullable JsonNode request) {
    if (request != null && request.isNull()) {
      typingPresence.ends(connection);
    } else if (request != null && request.isIntegralNumber() && request.canConvertToLong()) {
      typingPresence.begins(connection, request.asLong(), () -> noSuchRequest(connection));
    } else {
      noSuchRequest(connection);
    }
  }

  private static void noSuchRequest(Connection connection) {
    notUnderstood(
        connection,
        "invalid_answering",
        "The book_request_id of answering is that of a request that you answer, or null.");
  }

  private static void notUnderstood(Connection connection, String code, String detail) {
    connection.reply(seq -> encode(new ErrorMessage("error", code, detail)));
  }

  private static Message encode(Object message) {
    return Message.of(Json.bytes(message));
  }

  private record PongMessage(String type, long seq) {}

  private record ErrorMessage(String type, String code, String detail) {}
}
