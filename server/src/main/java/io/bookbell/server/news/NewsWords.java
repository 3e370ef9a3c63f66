package io.bookbell.server.news;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.text.LanguageRanges;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The texts of news in one language: the sentences about notifications are those of the page's
 * catalogue, {@code web/words}; what only mails and chats say is in {@code mail/words}, in the same
 * form. Texts with plural forms aren't read. Immutable.
 */
public final class NewsWords {
  /** The languages there is a catalogue for. */
  public static final List<String> LANGUAGES = List.of("en", "de", "fr", "es", "ar", "ja");

  private static final Map<String, NewsWords> KNOWN = new ConcurrentHashMap<>();

  /** A line such as {@code 'a.key': 'a text',}. */
  private static final Pattern LINE =
      Pattern.compile("^ *'([\\w.]+)': '((?:[^'\\\\]|\\\\.)*)',$", Pattern.MULTILINE);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");
  private static final Pattern LATIN = Pattern.compile("\\p{IsLatin}");
  private static final Pattern RIGHT_TO_LEFT = Pattern.compile("[\\p{IsArabic}\\p{IsHebrew}]");

  private final String language;
  private final Map<String, String> texts;

  private NewsWords(String language) {
    this.language = language;
    this.texts = new HashMap<>(readCatalogue("web/words/" + language + ".js"));
    texts.putAll(readCatalogue("mail/words/" + language + ".js"));
  }

  /** Returns the texts of a language; English for one without a catalogue. */
  public static NewsWords of(String language) {
    return KNOWN.computeIfAbsent(LANGUAGES.contains(language) ? language : "en", NewsWords::new);
  }

  /** Returns the language of a catalogue that an Accept-Language header prefers. */
  public static String preferredLanguage(Optional<String> acceptLanguage) {
    return acceptLanguage
        .map(LanguageRanges::parse)
        .map(ranges -> Locale.lookupTag(ranges, LANGUAGES))
        .orElse("en");
  }

  private static Map<String, String> readCatalogue(String path) {
    var found = new HashMap<String, String>();
    Matcher line = LINE.matcher(readFile(path));
    while (line.find()) {
      found.put(line.group(1), line.group(2).replaceAll("\\\\(.)", "$1"));
    }
    return found;
  }

  private static String readFile(String path) {
    try (InputStream in = NewsWords.class.getClassLoader().getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("There is no " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String language() {
    return language;
  }

  public boolean isRightToLeft() {
    return language.equals("ar");
  }

  /** Returns a text with its placeholders filled in. */
  public String text(String key, Map<String, String> values) {
    String text = texts.get(key);
    if (text == null) {
      throw new IllegalArgumentException("There is no text " + key + " in " + language);
    }
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(isolate(values.getOrDefault(found.group(1), ""))));
  }

  public String text(String key) {
    return text(key, Map.of());
  }

  /** Marks a text that runs in the other direction than the sentence around it. */
  private String isolate(String value) {
    Pattern opposite = isRightToLeft() ? LATIN : RIGHT_TO_LEFT;
    return opposite.matcher(value).find() ? "\u2068" + value + "\u2069" : value;
  }

  /** Returns the sentence about what has happened. */
  public String sentence(NewsBody body) {
    String key = "notification." + body.kind();
    String own = texts.containsKey(key) ? key : "news." + body.kind();
    JsonNode details = body.details();
    if (!texts.containsKey(own)) {
      return details.path("text").asText(body.kind().replace('_', ' '));
    }
    return text(own, Map.of("title", details.path("title").asText(), "name", personName(details)));
  }

  private String personName(JsonNode details) {
    for (String field : List.of("supporter_name", "actor_name", "creator_name")) {
      String name = details.path(field).asText("");
      if (!name.isEmpty()) {
        return name.equals(AccountStore.REMOVED_NAME) ? text("own.removed") : name;
      }
    }
    return "";
  }
}
