package io.bookbell.server.legacy;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Brings the replaced system's messages to the form of Bookbell's own, with all fields that clients
 * rely on. Thread-safe.
 *
 * <p>Types that only Bookbell has are refused, because they would change what a page believes about
 * its connection or its rights. Types that neither has described are passed on as they are.
 */
public final class LegacyTranslator {
  private static final Set<String> RESERVED_TYPES =
      Set.of(
          "initial_data",
          "resumed",
          "notification",
          "creator_update",
          "access_changed",
          "pong",
          "error",
          "close",
          "ping",
          "ack",
          "auth",
          "answering",
          "desk_update",
          "followers_update");

  private final Database database;
  private final LegacyDirectory directory;
  private final LegacyRequestTranslator requests;

  public LegacyTranslator(Database database, LegacyDirectory directory, InstantSource clock) {
    this.database = database;
    this.directory = directory;
    this.requests = new LegacyRequestTranslator(directory, clock);
  }

  /** A message that can't be translated; it reaches nobody. */
  static final class UntranslatableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UntranslatableException(String message) {
      super(message, null, false, false);
    }
  }

  /** Translates a message. Fails with an {@link UntranslatableException} that says why. */
  CompletionStage<Delivery> translate(Delivery received) {
    ObjectNode message = parse(received);
    String type = message.path("type").asText();
    if (RESERVED_TYPES.contains(type)) {
      return CompletableFuture.failedStage(
          new UntranslatableException("its type “" + type + "” is Bookbell's own"));
    }
    return switch (type) {
      case "book_request_update", "pending_count_update", "quota_update" ->
          database.read(
              tx -> {
                ObjectNode translated = translate(tx, type, message, received);
                return Delivery.unnumbered(
                    Message.of(Json.writeAsBytes(translated)),
                    withAccess(tx, translated, received.unnumbered()));
              });
      default -> CompletableFuture.completedStage(received);
    };
  }

  private static ObjectNode parse(Delivery received) {
    try {
      return (ObjectNode) Json.readTree(received.message().json());
    } catch (IOException e) {
      throw new UncheckedIOException("The codec has parsed this before", e);
    }
  }

  /**
   * Returns those of the recipients who may see it here, too: a team member whom the creator has
   * removed here may still be one there.
   */
  private Set<UserId> withAccess(Transaction tx, ObjectNode translated, Set<UserId> recipients) {
    JsonNode request = translated.path("book_request");
    long creator = request.path("creator_id").asLong(translated.path("creator_id").asLong());
    long supporter = request.path("user_id").asLong();
    return creator == 0 // a quota, which has it elsewhere
        ? recipients
        : recipients.stream()
            .filter(
                user ->
                    user.value() == supporter || directory.isAdmin(tx, new UserId(creator), user))
            .collect(toSet());
  }

  private ObjectNode translate(Transaction tx, String type, ObjectNode message, Delivery received) {
    return switch (type) {
      case "book_request_update" -> requests.translate(tx, message, received.unnumbered());
      case "quota_update" -> translateQuota(tx, message, received.unnumbered());
      default -> translateCount(tx, message, received.unnumbered());
    };
  }

  private ObjectNode translateCount(Transaction tx, ObjectNode message, Set<UserId> admins) {
    UserId creator =
        LegacyFields.user(message, "creator_id")
            .or(() -> directory.findCreatorOfAdmins(tx, admins))
            .orElseThrow(
                () -> new UntranslatableException("it doesn't say of which creator it is"));
    return newMessage("pending_count_update")
        .put("creator_id", creator.value())
        .put("pending_count", require(LegacyFields.count(message, "pending_count"), "a count"));
  }

  private ObjectNode translateQuota(Transaction tx, ObjectNode message, Set<UserId> users) {
    if (!(message.get("quota") instanceof ObjectNode quota)) {
      throw new UntranslatableException("it has no quota");
    }
    UserId creator =
        LegacyFields.user(quota, "creator_id")
            .or(() -> LegacyFields.user(message, "creator_id"))
            .or(() -> supportedBy(tx, users))
            .orElseThrow(
                () -> new UntranslatableException("it doesn't say of which creator it is"));
    int allowed =
        require(
            LegacyFields.count(quota, "allowed", "book_requests_allowed", "limit", "total"),
            "what is allowed");
    OptionalInt remaining = LegacyFields.count(quota, "remaining", "book_requests_remaining");
    int used =
        LegacyFields.count(quota, "used", "book_requests_used")
            .orElseGet(() -> Math.max(0, allowed - require(remaining, "what is used")));
    ObjectNode translated = newMessage("quota_update");
    translated
        .putObject("quota")
        .put("creator_id", creator.value())
        .put("allowed", allowed)
        .put("used", used)
        .put("remaining", Math.max(0, allowed - used))
        .put("period", "none")
        .putNull("resets_at");
    return translated;
  }

  private Optional<UserId> supportedBy(Transaction tx, Set<UserId> users) {
    return users.size() == 1
        ? directory.findCreatorOfSupporter(tx, users.iterator().next())
        : Optional.empty();
  }

  private static int require(OptionalInt value, String what) {
    return value.orElseThrow(() -> new UntranslatableException("it doesn't say " + what));
  }

  static ObjectNode newMessage(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  static JsonNode nullNode() {
    return JsonNodeFactory.instance.nullNode();
  }
}
