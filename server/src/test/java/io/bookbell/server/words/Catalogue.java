package io.bookbell.server.words;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One language's texts as its file has them.
 *
 * @param texts by key; each by plural form, or under {@link #PLAIN} where it has none
 * @param layout the keys in the file's order, with an empty line between groups
 */
record Catalogue(String language, Map<String, Map<String, String>> texts, List<String> layout) {
  static final Path WEB = Path.of("../web/src");
  static final String PLAIN = "";

  private static final String TEXT = "'((?:[^'\\\\]|\\\\.)*)'|\"((?:[^\"\\\\]|\\\\.)*)\"";
  private static final String FORM = "\\w+:\\s*(?:" + TEXT + "),?\\s*";

  /** A key with its text, or with its forms. */
  private static final Pattern ENTRY =
      Pattern.compile(
          "(?m)^  '(?<key>[a-z]+\\.[a-z0-9_]+)':\\s+(?:(?<plain>"
              + TEXT
              + ")|\\{\\s*(?<forms>(?:"
              + FORM
              + ")+)\\}),$|^(?<gap>)$");

  private static final Pattern ONE_FORM =
      Pattern.compile("(?<form>\\w+):\\s*(?<text>" + TEXT + ")");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)\\}");

  static Catalogue of(String language) {
    var catalogue = new Catalogue(language, new LinkedHashMap<>(), new ArrayList<>());
    catalogue.add("words/" + language + ".js");
    catalogue.add("words/later/" + language + ".js");
    catalogue.add("words/membership/" + language + ".js");
    catalogue.add("words/news/" + language + ".js");
    catalogue.add("words/webhook/" + language + ".js");
    return catalogue;
  }

  private void add(String file) {
    String body = read(WEB.resolve(file));
    body = body.replaceFirst("^export default \\{\n", "").replaceFirst("};\n$", "");
    Matcher entry = ENTRY.matcher(body);
    int end = 0;
    while (entry.find()) {
      if (!body.substring(end, entry.start()).isBlank()) {
        throw new AssertionError(file + ": not an entry: " + body.substring(end));
      }
      end = entry.end();
      String key = entry.group("key");
      layout.add(key == null ? "" : key);
      if (key != null && texts.put(key, forms(entry)) != null) {
        throw new AssertionError(file + " has " + key + " again");
      }
    }
  }

  private static Map<String, String> forms(Matcher entry) {
    if (entry.group("plain") != null) {
      return Map.of(PLAIN, inner(entry.group("plain")));
    }
    var forms = new LinkedHashMap<String, String>();
    Matcher form = ONE_FORM.matcher(entry.group("forms"));
    while (form.find()) {
      forms.put(form.group("form"), inner(form.group("text")));
    }
    return forms;
  }

  private static String inner(String literal) {
    return literal.substring(1, literal.length() - 1);
  }

  Set<String> features() {
    return texts.keySet().stream().map(key -> key.substring(0, key.indexOf('.'))).collect(toSet());
  }

  static Set<String> placeholders(String text) {
    return PLACEHOLDER.matcher(text).results().map(found -> found.group(1)).collect(toSet());
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
