package io.bookbell.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.text.GraphemeClusters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Collects what is wrong with the fields of one request. Confined to one thread. */
abstract class RequestFields {
  /** Whoever has more errors than this is told of the first ones. */
  private static final int MOST_ERRORS = 20;

  /** The first error of each field, in the order they were found. */
  private final Map<String, FieldError> errors = new LinkedHashMap<>();

  /** Notes an error unless the condition holds or the field has one already. */
  public void checkField(String field, boolean holds, String message) {
    if (!holds && !isFull()) {
      errors.putIfAbsent(field, new FieldError(field, message));
    }
  }

  /** Whether no further error would be told. */
  final boolean isFull() {
    return errors.size() >= MOST_ERRORS;
  }

  final void addError(String field, String message) {
    checkField(field, false, message);
  }

  /**
   * To be called when everything is read.
   *
   * @throws Problem 400 with the errors that were found
   */
  public void requireNoErrors() {
    if (!errors.isEmpty()) {
      throw Problem.validationFailed(List.copyOf(errors.values()));
    }
  }

  /**
   * The text in the form in which it is stored, if it has so many characters; else an error.
   *
   * @param stored brings it into that form
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

  private static boolean isBroken(String text) {
    return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
  }

  static String oneOfMessage(List<String> allowed) {
    return "must be one of " + String.join(", ", allowed);
  }
}
