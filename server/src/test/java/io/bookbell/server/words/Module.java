package io.bookbell.server.words;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One JavaScript module of the page, for what it says and how. */
record Module(String name, String source) {
  private static final Pattern KEY = Pattern.compile("'([a-z]+\\.[a-z0-9_]+)'");
  private static final Pattern CALL =
      Pattern.compile("\\b(?:translate|translateMarkup|hasTranslation)\\(");
  private static final Pattern KEY_START =
      Pattern.compile("`([a-z]+\\.[a-z0-9_]*)\\$\\{"); // the rest is found out at run time

  private static final Pattern SPOKEN_ATTRIBUTE =
      Pattern.compile(
          "\\b(?:aria-label|aria-description|aria-roledescription|placeholder|title|alt|label"
              + "|question|yes|reason|hint)=\"[^\"]*\\p{L}[^\"]*\"");
  private static final Pattern SPOKEN_PROPERTY =
      Pattern.compile(
          "(?:\\b(?:label|hint|placeholder|question|yes|reason): |\\bshowToast\\(|document\\.title = )"
              + "['\"`][^'\"`$]*\\p{L}[^'\"`]*['\"`]");

  /** The name of the thing is the same in every language. */
  private static final String NAME = "Bookbell";

  /** Every module but the catalogues. */
  static List<Module> all() {
    try (Stream<Path> files = Files.walk(Catalogue.WEB)) {
      return files
          .filter(file -> file.toString().endsWith(".js"))
          .filter(file -> !file.getFileName().toString().matches("[a-z]{2}\\.js"))
          .map(file -> new Module(Catalogue.WEB.relativize(file).toString(), Catalogue.read(file)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keys that stand here as literals, of these features. */
  Set<String> keys(Set<String> features) {
    var keys = new TreeSet<String>();
    KEY.matcher(source)
        .results()
        .map(found -> found.group(1))
        .filter(key -> features.contains(key.substring(0, key.indexOf('.'))))
        .forEach(keys::add);
    return keys;
  }

  /** Keys that a call names, of whatever feature. */
  Set<String> calledKeys() {
    var keys = new TreeSet<String>();
    CALL.matcher(source)
        .results()
        .map(call -> source.substring(call.end(), closing(call.end(), '(', ')')))
        .flatMap(arguments -> KEY.matcher(arguments).results())
        .forEach(found -> keys.add(found.group(1)));
    return keys;
  }

  /** What keys begin with that are put together at run time. */
  Set<String> keyStarts() {
    var starts = new TreeSet<String>();
    KEY_START.matcher(source).results().forEach(found -> starts.add(found.group(1)));
    return starts;
  }

  /** Words that stand in the markup or in what is shown, instead of in the catalogues. */
  List<String> hardCoded() {
    var found = new ArrayList<String>();
    for (int at = source.indexOf("html`"); at >= 0; at = source.indexOf("html`", at + 1)) {
      String markup = markup(at + 5);
      SPOKEN_ATTRIBUTE.matcher(markup).results().forEach(match -> found.add(match.group()));
      String text = markup.replaceAll("<[^>]*>", " ").replace(NAME, "").replaceAll("&\\w+;", "");
      Stream.of(text.split("[\\s\u0000]+"))
          .filter(word -> word.codePoints().anyMatch(Character::isLetter))
          .forEach(found::add);
    }
    SPOKEN_PROPERTY.matcher(source).results().forEach(match -> found.add(match.group()));
    return found.stream().map(words -> name + ": " + words).toList();
  }

  /** A template's own text, with a blank mark for each expression. */
  private String markup(int from) {
    var text = new StringBuilder();
    int at = from;
    while (source.charAt(at) != '`') {
      if (source.startsWith("${", at)) {
        text.append('\u0000');
        at = closing(at + 2, '{', '}') + 1;
      } else {
        text.append(source.charAt(at++));
      }
    }
    return text.toString();
  }

  /** Where what was opened before is closed; texts and templates in between are passed over. */
  private int closing(int from, char open, char close) {
    int depth = 1;
    int at = from;
    while (true) {
      char here = source.charAt(at);
      if (here == '\'' || here == '"') {
        at = source.indexOf(here, at + 1);
      } else if (here == '`') {
        at = endOfTemplate(at + 1);
      } else if (here == open) {
        depth++;
      } else if (here == close && --depth == 0) {
        return at;
      }
      at++;
    }
  }

  private int endOfTemplate(int from) {
    int at = from;
    while (source.charAt(at) != '`') {
      at = source.startsWith("${", at) ? closing(at + 2, '{', '}') + 1 : at + 1;
    }
    return at;
  }
}
