package io.bookbell.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A creator's own wording of a chat message: a text with places such as {@code {title}}, which are
 * filled in from the request. Immutable.
 *
 * @param text known to name no other places
 */
record WebhookTemplate(String text) {
  private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)\\}");

  private static final Map<String, Function<JsonNode, String>> PLACES =
      Map.of(
          "title", body -> text(body, "/book_request/title"),
          "author", body -> text(body, "/book_request/author"),
          "supporter", body -> text(body, "/book_request/user_name"),
          "status", body -> text(body, "/book_request/status"),
          "response", body -> text(body, "/book_request/response"),
          "note", body -> text(body, "/book_request/note"));

  /** Returns what is wrong with a template, if anything. */
  static Optional<String> findFault(String text) {
    List<String> unknown =
        PLACE
            .matcher(text)
            .results()
            .map(place -> place.group(1))
            .filter(name -> !PLACES.containsKey(name))
            .toList();
    String known =
        PLACES.keySet().stream()
            .sorted()
            .map(name -> "{" + name + "}")
            .collect(Collectors.joining(", "));
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of("must not name {%s}; the places are %s".formatted(unknown.getFirst(), known));
  }

  /** Fills in the places from the body of an item. */
  String fill(JsonNode body) {
    return PLACE
        .matcher(text)
        .replaceAll(place -> Matcher.quoteReplacement(fillPlace(place, body)));
  }

  private static String fillPlace(MatchResult place, JsonNode body) {
    Function<JsonNode, String> known = PLACES.get(place.group(1));
    return known == null ? place.group() : known.apply(body);
  }

  private static String text(JsonNode body, String path) {
    return body.at(path).asText("");
  }
}
