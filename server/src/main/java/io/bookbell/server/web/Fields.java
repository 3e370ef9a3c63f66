package io.bookbell.server.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with the fields of one request. Confined to one thread. */
abstract class Fields {
  /** Whoever has more errors than this is told of the first ones. */
  private static final int MOST_ERRORS = 20;

  /** The first error of each field, in the order they were found. */
  private final Map<String, FieldError> errors = new LinkedHashMap<>();

  /** Notes an error unless the condition holds or the field has one already. */
  public void check(String field, boolean holds, String message) {
    if (!holds && !isFull()) {
      errors.putIfAbsent(field, new FieldError(field, message));
    }
  }

  /** Whether no further error would be told. */
  final boolean isFull() {
    return errors.size() >= MOST_ERRORS;
  }

  final void error(String field, String message) {
    check(field, false, message);
  }

  /**
   * To be called when everything is read.
   *
   * @throws Problem 400 with the errors that were found
   */
  public void done() {
    if (!errors.isEmpty()) {
      throw Problem.validation(List.copyOf(errors.values()));
    }
  }

  /** The text trimmed, if the database and every client can hold it; else an error. */
  final String clean(String field, String text, int least, int most) {
    String trimmed = text.strip();
    int length = trimmed.codePointCount(0, trimmed.length());
    if (length < least || length > most) {
      error(field, "must have " + least + " to " + most + " characters");
    } else if (!isPlain(trimmed)) {
      error(field, "must not contain control characters or broken Unicode");
    }
    return trimmed;
  }

  private static boolean isPlain(String text) {
    return text.codePoints()
        .noneMatch(
            point ->
                Character.getType(point) == Character.SURROGATE
                    || (Character.isISOControl(point)
                        && point != '\n'
                        && point != '\r'
                        && point != '\t'));
  }

  static String quoted(List<String> allowed) {
    return "must be one of " + String.join(", ", allowed);
  }
}
