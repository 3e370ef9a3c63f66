package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.text.GraphemeClusters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Collects the errors in the fields of one request. Confined to one thread. */
abstract class RequestFields {
  /** Further errors aren't reported. */
  private static final int MAX_ERRORS = 20;

  /** The first error of each field, in the order in which they were found. */
  private final Map<String, FieldError> errors = new LinkedHashMap<>();

  /** Records an error unless the condition holds or the field already has one. */
  public void checkField(String field, boolean holds, String message) {
    if (!holds && !isFull()) {
      errors.putIfAbsent(field, new FieldError(field, message));
    }
  }

  /** Whether further errors would be dropped. */
  final boolean isFull() {
    return errors.size() >= MAX_ERRORS;
  }

  final void addError(String field, String message) {
    checkField(field, false, message);
  }

  /**
   * To be called after all fields have been read.
   *
   * @throws Problem 400 with the errors found
   */
  public void requireNoErrors() {
    if (!errors.isEmpty()) {
      throw Problem.validationFailed(List.copyOf(errors.values()));
    }
  }

  /**
   * Normalizes a text, and records an error if its length is out of range or it isn't valid
   * Unicode.
   *
   * @param least the smallest number of grapheme clusters
   * @param most the largest number of grapheme clusters
   * @param stored converts the text to its stored form
   */
  final String cleanText(
      String field, String typed, int least, int most, UnaryOperator<String> stored) {
    if (isBroken(typed)) {
      addError(field, "must not contain broken Unicode");
      return "";
    }
    int mostBytes = GraphemeClusters.mostBytes(most);
    String trimmed = typed.strip();
    String text = trimmed.length() > 2 * mostBytes ? trimmed : stored.apply(trimmed);
    if (text.length() > mostBytes || !hasLength(text, least, most)) {
      addError(field, "must have " + least + " to " + most + " characters");
    } else if (text.getBytes(UTF_8).length > mostBytes) {
      addError(field, "must have at most " + mostBytes + " bytes in UTF-8");
    } else if (GraphemeClusters.hasOversizedCluster(text)) {
      addError(field, "must not stack that many marks on one character");
    }
    return text;
  }

  private static boolean hasLength(String text, int least, int most) {
    int length = GraphemeClusters.countCharacters(text);
    return length >= least && length <= most;
  }

  /** Checks a text that isn't cleaned: PostgreSQL knows no U+0000, not even in what is compared. */
  final void checkStorable(String field, String text) {
    checkField(field, text.indexOf('\0') < 0, "must not contain the character U+0000");
  }

  /** Whether a text has half of a surrogate pair. */
  static boolean isBroken(String text) {
    return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
  }

  static String oneOfMessage(List<String> allowed) {
    return "must be one of " + String.join(", ", allowed);
  }
}
