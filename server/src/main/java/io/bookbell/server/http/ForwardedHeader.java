package io.bookbell.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Parses the {@code Forwarded} header of RFC 7239. */
final class ForwardedHeader {
  private final String text;
  private int position;

  private ForwardedHeader(String text) {
    this.text = text;
  }

  /**
   * Returns the parameters added by each hop, the one nearest to the client first. Names are in
   * lower case, values without quotes; malformed parameters are omitted.
   */
  static List<Map<String, String>> parse(String text) {
    return new ForwardedHeader(text).parseHops();
  }

  private List<Map<String, String>> parseHops() {
    var hops = new ArrayList<Map<String, String>>();
    var hop = new HashMap<String, String>();
    while (position < text.length()) {
      String name = readUntil("=;,").strip().toLowerCase(Locale.ROOT);
      if (peekChar() == '=') {
        position++;
        hop.putIfAbsent(name, parseValue());
        readUntil(";,");
      }
      if (peekChar() == ',') {
        hops.add(Map.copyOf(hop));
        hop.clear();
      }
      position++;
    }
    hops.add(Map.copyOf(hop));
    return hops;
  }

  private String parseValue() {
    while (peekChar() == ' ') {
      position++;
    }
    return peekChar() == '"' ? parseQuoted() : readUntil(";,").strip();
  }

  private String parseQuoted() {
    var value = new StringBuilder();
    position++;
    while (position < text.length() && peekChar() != '"') {
      if (peekChar() == '\\') {
        position++;
      }
      if (position < text.length()) {
        value.append(peekChar());
        position++;
      }
    }
    position++;
    return value.toString();
  }

  /** Advances to the next of these delimiters, or to the end, and returns the text up to there. */
  private String readUntil(String delimiters) {
    int start = position;
    while (position < text.length() && delimiters.indexOf(peekChar()) < 0) {
      position++;
    }
    return text.substring(Math.min(start, text.length()), Math.min(position, text.length()));
  }

  private char peekChar() {
    return position < text.length() ? text.charAt(position) : '\0';
  }
}
