package io.bookbell.server.book;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import io.bookbell.server.text.GraphemeClusters;
import io.bookbell.server.text.Isbn;
import io.bookbell.server.text.TextNormalizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Parses Open Library's search responses. Ignores what it can't use. */
final class SearchResponse {
  private static final int MAX_AUTHORS = 3;
  private static final int MAX_ISBNS = 5;
  private static final int MAX_TEXT_LENGTH = 300;

  private SearchResponse() {}

  /**
   * Returns the books in the order of the response.
   *
   * @throws CatalogueUnavailableException when it isn't a search response
   */
  static List<Book> parseBooks(byte[] answer) {
    try {
      JsonNode docs = Json.readTree(answer).path("docs");
      if (docs.isArray()) {
        var books = new ArrayList<Book>();
        docs.forEach(doc -> parseBook(doc).ifPresent(books::add));
        return List.copyOf(books);
      }
    } catch (IOException e) {
      // reported below, like any other unusable response
    }
    throw new CatalogueUnavailableException("its answer is no list of books", Optional.empty());
  }

  private static Optional<Book> parseBook(JsonNode doc) {
    String title = cleanText(doc.path("title"));
    return title.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Book(
                parseKey(doc.path("key")),
                title,
                parseAuthors(doc.path("author_name")),
                parseInteger(doc.path("first_publish_year")),
                parsePositive(doc.path("cover_i")),
                parseIsbns(doc.path("isbn"))));
  }

  private static @Nullable String parseKey(JsonNode key) {
    return key.asText().matches("/works/OL\\d{1,12}W") ? key.asText() : null;
  }

  private static List<String> parseAuthors(JsonNode names) {
    var authors = new ArrayList<String>();
    names.forEach(name -> authors.add(cleanText(name)));
    return authors.stream().filter(name -> !name.isEmpty()).distinct().limit(MAX_AUTHORS).toList();
  }

  private static List<String> parseIsbns(JsonNode numbers) {
    var isbns = new ArrayList<String>();
    numbers.forEach(number -> isbns.add(Isbn.stripSeparators(number.asText())));
    return isbns.stream()
        .filter(Isbn::isValid)
        .distinct()
        .sorted(Comparator.comparingInt(String::length).reversed())
        .limit(MAX_ISBNS)
        .toList();
  }

  private static @Nullable Integer parseInteger(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToInt() ? number.asInt() : null;
  }

  private static @Nullable Integer parsePositive(JsonNode number) {
    Integer value = parseInteger(number);
    return value == null || value <= 0 ? null : value;
  }

  /** Cleans a text as it would be stored with a request. */
  private static String cleanText(JsonNode text) {
    if (!text.isTextual()) {
      return "";
    }
    String plain =
        TextNormalizer.normalizeLine(text.asText().replaceAll("[\\p{Cntrl}\\p{Cs}]+", " "));
    return GraphemeClusters.truncateText(plain, MAX_TEXT_LENGTH);
  }
}
