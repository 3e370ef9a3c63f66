package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Finds the top-level field {@code type} of a JSON object without parsing the rest. Used by one
 * thread.
 */
final class TypeField {
  private static final String NAME = "\"type\"";
  private static final int MAX_LENGTH = 64;

  private final byte[] json;
  private int at = 1;

  private TypeField(byte[] json) {
    this.json = json;
  }

  /** The field's value if it is a short word of letters, digits and {@code _ . -}; else empty. */
  static String read(byte[] json) {
    return new TypeField(json).findType();
  }

  private String findType() {
    while (at < json.length) {
      String name = readToken();
      skipTo(':');
      if (name.equals(NAME)) {
        return wordIn(readToken());
      }
      skipValue();
    }
    return "";
  }

  private static String wordIn(String token) {
    boolean isWord =
        token.length() > 2
            && token.length() <= MAX_LENGTH + 2
            && token.startsWith("\"")
            && token.chars().skip(1).limit(token.length() - 2L).allMatch(TypeField::isWordPart);
    return isWord ? token.substring(1, token.length() - 1) : "";
  }

  private static boolean isWordPart(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '.'
        || c == '-';
  }

  /** Reads a string with its quotes; anything else is one character. */
  private String readToken() {
    while (at < json.length && (json[at] == ' ' || json[at] == '\t' || json[at] == ',')) {
      at++;
    }
    int start = at;
    if (at < json.length && json[at] == '"') {
      skipString();
    } else {
      at++;
    }
    int end = Math.min(at, json.length);
    return start < end ? new String(json, start, end - start, US_ASCII) : "";
  }

  private void skipString() {
    at++;
    while (at < json.length && json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipTo(char sought) {
    while (at < json.length && json[at] != sought) {
      at++;
    }
    at++;
  }

  /** Skips to the comma that ends a value of the object. */
  private void skipValue() {
    int depth = 0;
    while (at < json.length && (depth > 0 || json[at] != ',')) {
      switch (json[at]) {
        case '"' -> skipString();
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          depth--;
          at++;
        }
        default -> at++;
      }
    }
    at++;
  }
}
