package io.bookbell.server.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.legacy.LegacyTranslator.UntranslatableException;
import io.bookbell.server.storage.Transaction;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Translates the replaced system's requests. Thread-safe.
 *
 * <p>An id that Bookbell has given to something else becomes negative, so that nobody's page shows
 * one request as another. No id of Bookbell's is negative, and its API knows nothing under such an
 * id.
 */
final class LegacyRequestTranslator {
  private static final Set<String> ACTIONS = Set.of("created", "status_changed", "reply_added");
  private static final Set<String> STATES =
      Set.of("pending", "approved", "rejected", "completed", "cancelled");
  private static final int MAX_REPLIES = 3;

  private final LegacyDirectory directory;
  private final InstantSource clock;

  LegacyRequestTranslator(LegacyDirectory directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  ObjectNode translate(Transaction tx, ObjectNode message, Set<UserId> targets) {
    String action = message.path("action").asText();
    if (!ACTIONS.contains(action) || !(message.get("book_request") instanceof ObjectNode request)) {
      throw new UntranslatableException("it has no action and request that are known");
    }
    long id = require(LegacyFields.id(request, "id"), "an id");
    UserId user =
        LegacyFields.user(request, "user_id")
            .or(() -> LegacyFields.user(message, "user_id"))
            .orElseThrow(() -> new UntranslatableException("its request has no user_id"));
    UserId creator =
        LegacyFields.user(request, "creator_id")
            .or(() -> LegacyFields.user(message, "creator_id"))
            .or(() -> directory.findCreatorOfSupporter(tx, user))
            .or(() -> directory.findCreatorOfAdmins(tx, withoutUser(targets, user)))
            .orElseThrow(() -> new UntranslatableException("its request has no creator_id"));
    ObjectNode translated = LegacyTranslator.newMessage("book_request_update");
    translated.put("action", action);
    ObjectNode out = translated.putObject("book_request");
    out.put("id", directory.findOwnRequests(tx, List.of(id)).isEmpty() ? id : -id);
    out.put("creator_id", creator.value()).put("user_id", user.value());
    out.put("user_name", nameOf(tx, request, user));
    putTexts(request, out);
    putDecision(tx, request, out);
    putReplies(tx, request, out);
    putTimes(request, out);
    out.putNull("cover_id").put("followers", 0);
    return translated;
  }

  private static Set<UserId> withoutUser(Set<UserId> targets, UserId user) {
    return targets.stream().filter(each -> !each.equals(user)).collect(Collectors.toSet());
  }

  private static long require(OptionalLong value, String what) {
    return value.orElseThrow(() -> new UntranslatableException("its request has not " + what));
  }

  private String nameOf(Transaction tx, ObjectNode object, UserId user) {
    return LegacyFields.text(object, "user_name", "username")
        .or(() -> directory.findName(tx, user))
        .orElse("?");
  }

  /** The link has no field of its own, as in an import. */
  private static void putTexts(ObjectNode request, ObjectNode out) {
    out.put("title", LegacyFields.text(request, "title").orElse("Untitled"));
    out.put("author", LegacyFields.text(request, "author").orElse("Unknown"));
    out.put("isbn", LegacyFields.text(request, "isbn").orElse(null));
    List<String> note =
        Stream.of(LegacyFields.text(request, "note", "message"), LegacyFields.text(request, "link"))
            .flatMap(Optional::stream)
            .toList();
    out.put("note", note.isEmpty() ? null : String.join("\n", note));
  }

  private void putDecision(Transaction tx, ObjectNode request, ObjectNode out) {
    String status =
        LegacyFields.text(request, "status")
            .map(text -> text.toLowerCase(Locale.ROOT))
            .filter(STATES::contains)
            .orElse("pending");
    out.put("status", status);
    out.put("response", LegacyFields.text(request, "response").orElse(null));
    Optional<UserId> admin = LegacyFields.user(request, "responded_by");
    out.set(
        "responded_by",
        admin
            .<JsonNode>map(id -> out.numberNode(id.value()))
            .orElseGet(LegacyTranslator::nullNode));
    out.put("responded_by_name", admin.flatMap(id -> directory.findName(tx, id)).orElse(null));
    out.put(
        "refunded",
        request
            .path("refunded")
            .asBoolean(status.equals("rejected") || status.equals("cancelled")));
  }

  private void putReplies(Transaction tx, ObjectNode request, ObjectNode out) {
    List<ObjectNode> all = new ArrayList<>();
    for (JsonNode each : request.path("replies")) {
      if (each instanceof ObjectNode reply
          && LegacyFields.id(reply, "id").isPresent()
          && LegacyFields.id(reply, "user_id").isPresent()) {
        all.add(reply);
      }
    }
    List<ObjectNode> newest = all.subList(Math.max(0, all.size() - MAX_REPLIES), all.size());
    Set<Long> taken =
        newest.isEmpty()
            ? Set.of()
            : directory.findOwnReplies(
                tx,
                newest.stream().map(reply -> LegacyFields.id(reply, "id").getAsLong()).toList());
    ArrayNode replies = JsonNodeFactory.instance.arrayNode();
    newest.forEach(reply -> replies.add(translateReply(tx, reply, taken)));
    out.set("replies", replies);
    out.put(
        "reply_count", Math.max(all.size(), LegacyFields.count(request, "reply_count").orElse(0)));
  }

  private ObjectNode translateReply(Transaction tx, ObjectNode reply, Set<Long> taken) {
    long id = LegacyFields.id(reply, "id").getAsLong();
    UserId user = LegacyFields.user(reply, "user_id").orElseThrow();
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", taken.contains(id) ? -id : id)
        .put("user_id", user.value())
        .put("user_name", nameOf(tx, reply, user))
        .put("body", LegacyFields.text(reply, "body", "message", "text").orElse(""))
        .put("created_at", LegacyFields.time(reply, "created_at").orElseGet(this::now));
  }

  private void putTimes(ObjectNode request, ObjectNode out) {
    String created = LegacyFields.time(request, "created_at", "updated_at").orElseGet(this::now);
    out.put("created_at", created);
    out.put("updated_at", LegacyFields.time(request, "updated_at").orElseGet(this::now));
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
