package io.bookbell.server.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the {@code Forwarded} header of RFC 7239. */
final class ForwardedHeader {
  private final String text;
  private int position;

  private ForwardedHeader(String text) {
    this.text = text;
  }

  /**
   * What each hop added, the one nearest to the client first. A hop's parameters have lower-case
   * names and values without quotes; a parameter that is malformed is left out.
   */
  static List<Map<String, String>> parse(String text) {
    return new ForwardedHeader(text).hops();
  }

  private List<Map<String, String>> hops() {
    var hops = new ArrayList<Map<String, String>>();
    var hop = new HashMap<String, String>();
    while (position < text.length()) {
      String name = until("=;,").strip().toLowerCase(Locale.ROOT);
      if (next() == '=') {
        position++;
        hop.putIfAbsent(name, value());
        until(";,");
      }
      if (next() == ',') {
        hops.add(Map.copyOf(hop));
        hop.clear();
      }
      position++;
    }
    hops.add(Map.copyOf(hop));
    return hops;
  }

  private String value() {
    while (next() == ' ') {
      position++;
    }
    return next() == '"' ? quoted() : until(";,").strip();
  }

  private String quoted() {
    var value = new StringBuilder();
    position++;
    while (position < text.length() && next() != '"') {
      if (next() == '\\') {
        position++;
      }
      if (position < text.length()) {
        value.append(next());
        position++;
      }
    }
    position++;
    return value.toString();
  }

  /** Moves to the next of these delimiters, or to the end, and returns what it passed. */
  private String until(String delimiters) {
    int start = position;
    while (position < text.length() && delimiters.indexOf(next()) < 0) {
      position++;
    }
    return text.substring(Math.min(start, text.length()), Math.min(position, text.length()));
  }

  private char next() {
    return position < text.length() ? text.charAt(position) : '\0';
  }
}
