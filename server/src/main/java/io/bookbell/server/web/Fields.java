package io.bookbell.server.web;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the fields of one request. Confined to one thread. */
abstract class Fields {
  private final List<FieldError> errors = new ArrayList<>();

  /** Notes an error unless the condition holds or the field has one already. */
  public void check(String field, boolean holds, String message) {
    if (!holds && errors.stream().noneMatch(error -> error.field().equals(field))) {
      errors.add(new FieldError(field, message));
    }
  }

  final void error(String field, String message) {
    check(field, false, message);
  }

  /**
   * To be called when everything is read.
   *
   * @throws Problem 400 with every error that was found
   */
  public void done() {
    if (!errors.isEmpty()) {
      throw Problem.validation(List.copyOf(errors));
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
