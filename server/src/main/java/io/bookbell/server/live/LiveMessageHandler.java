package io.bookbell.server.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Message;
import io.bookbell.server.json.Json;
import io.bookbell.server.receipt.Device;
import org.jspecify.annotations.Nullable;

/**
 * Handles the messages that clients send over the socket: {@code ping}, {@code ack}, {@code
 * answering} and {@code auth}. Called on event loops; stateless.
 */
final class LiveMessageHandler implements ClientMessageHandler {
  private final AcknowledgementWriter acknowledgementWriter;
  private final TypingPresence typingPresence;
  private final ConnectionExpiry expiry;

  LiveMessageHandler(
      AcknowledgementWriter acknowledgementWriter,
      TypingPresence typingPresence,
      ConnectionExpiry expiry) {
    this.acknowledgementWriter = acknowledgementWriter;
    this.typingPresence = typingPresence;
    this.expiry = expiry;
  }

  @Override
  public void onText(Connection connection, String text) {
    if (text.strip().equals("ping")) {
      connection.replyText("pong");
      return;
    }
    JsonNode message;
    try {
      message = Json.readUntrusted(text);
    } catch (JsonProcessingException e) {
      replyWithError(connection, "invalid_json", "A message is one JSON object.");
      return;
    }
    handleMessage(connection, message);
  }

  @Override
  public void onBinary(Connection connection, byte[] payload) {
    replyWithError(connection, "binary_frame", "Messages are text frames.");
  }

  private void handleMessage(Connection connection, JsonNode message) {
    if (message.getNodeType() != JsonNodeType.OBJECT) {
      replyWithError(connection, "invalid_json", "A message is one JSON object.");
      return;
    }
    switch (message.path("type").asText()) {
      case "ping" -> connection.reply(seq -> toMessage(new PongMessage("pong", seq)));
      case "ack" -> handleAck(connection, message.path("seq"));
      case "answering" -> handleTyping(connection, message.get("book_request_id"));
      case "auth" -> handleAuth(connection, message.path("token"));
      default ->
          replyWithError(
              connection,
              "unknown_type",
              "Unknown type; expected “ping”, “ack”, “answering” or “auth”.");
    }
  }

  /** A newer token of the site that people come from; without an answer if it is accepted. */
  private void handleAuth(Connection connection, JsonNode token) {
    if (token.isTextual()) {
      expiry.renew(
          connection,
          token.asText(),
          reason -> replyWithError(connection, "invalid_token", reason));
    } else {
      replyWithError(connection, "invalid_token", "“token” must be a string.");
    }
  }

  private void handleAck(Connection connection, JsonNode seq) {
    if (!seq.isIntegralNumber() || !seq.canConvertToLong() || seq.asLong() < 0) {
      replyWithError(connection, "invalid_ack", "“seq” must be an integer of 0 or more.");
    } else if (seq.asLong() > connection.position()) {
      replyWithError(
          connection, "invalid_ack", "“seq” must not exceed that of the last message sent.");
    } else {
      connection.acknowledged(seq.asLong());
      String session = connection.metadata().get(ConnectionAdmission.SESSION);
      if (session != null) {
        acknowledgementWriter.recordAcknowledgement(
            new Device(connection.user(), session), seq.asLong());
      }
    }
  }

  private void handleTyping(Connection connection, @Nullable JsonNode request) {
    if (connection.metadata().containsKey(ConnectionAdmission.READ_ONLY)) {
      replyWithError(connection, "insufficient_scope", "This needs a key with the scope “write”.");
    } else if (request != null && request.isNull()) {
      typingPresence.stopTyping(connection);
    } else if (request != null && request.isIntegralNumber() && request.canConvertToLong()) {
      typingPresence.startTyping(connection, request.asLong(), () -> rejectRequestId(connection));
    } else {
      rejectRequestId(connection);
    }
  }

  private static void rejectRequestId(Connection connection) {
    replyWithError(
        connection,
        "invalid_answering",
        "“book_request_id” must be the id of a request that you may answer, or null.");
  }

  private static void replyWithError(Connection connection, String code, String detail) {
    connection.reply(seq -> toMessage(new ErrorMessage("error", code, detail)));
  }

  private static Message toMessage(Object message) {
    return Message.of(Json.writeAsBytes(message));
  }

  private record PongMessage(String type, long seq) {}

  private record ErrorMessage(String type, String code, String detail) {}
}
