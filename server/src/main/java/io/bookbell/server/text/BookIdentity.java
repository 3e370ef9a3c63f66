package io.bookbell.server.text;

import io.bookbell.server.text.WordSplitter.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes requests for the same book, however it was typed. Stricter than {@link SearchWords}:
 * C, C++ and C# are three different books. Stateless.
 */
public final class BookIdentity {
  private static final Pattern BETWEEN_AUTHORS = Pattern.compile("\\s*[;&/]\\s*");
  private static final Pattern AFTER_FAMILY_NAME = Pattern.compile("\\s*[,，、،]\\s*");

  private BookIdentity() {}

  /** Returns the identity keys of a book. Books that share a key are the same. */
  public static Set<String> identityKeys(String title, String author, @Nullable String isbn) {
    String named = "title:" + normalizeTitle(title) + '|' + normalizeAuthors(author);
    Stream<String> edition =
        isbn == null ? Stream.empty() : Isbn.toIsbn13(isbn).stream().map("isbn:"::concat);
    return Stream.concat(Stream.of(named), edition).collect(Collectors.toSet());
  }

  private static String normalizeTitle(String title) {
    String words = splitWords(title).stream().collect(Collectors.joining(" "));
    return words.isEmpty() ? CaseFolding.foldCase(TextNormalizer.normalizeLine(title)) : words;
  }

  /** Normalizes every author to have the family name last, however it was typed. */
  private static String normalizeAuthors(String authors) {
    return Arrays.stream(BETWEEN_AUTHORS.split(authors))
        .map(BookIdentity::normalizeAuthor)
        .sorted()
        .collect(Collectors.joining("&"));
  }

  private static String normalizeAuthor(String author) {
    String[] parts = AFTER_FAMILY_NAME.split(author, 2);
    List<String> words =
        parts.length == 2 ? splitWords(parts[1] + ' ' + parts[0]) : splitWords(author);
    return words.isEmpty() ? CaseFolding.foldCase(author) : String.join(" ", joinInitials(words));
  }

  private static List<String> splitWords(String text) {
    return WordSplitter.splitWords(text).stream().map(BookIdentity::fullText).toList();
  }

  private static String fullText(Word word) {
    return word.text() + word.symbols();
  }

  /** Joins successive initials: J. R. R. becomes J.R.R. */
  private static List<String> joinInitials(List<String> words) {
    var together = new ArrayList<String>();
    boolean initialBefore = false;
    for (String word : words) {
      boolean initial = SearchWords.isSingleLetter(word);
      if (initial && initialBefore) {
        together.add(together.removeLast() + word);
      } else {
        together.add(word);
      }
      initialBefore = initial;
    }
    return together;
  }
}
