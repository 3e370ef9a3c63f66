package io.bookbell.server.text;

import io.bookbell.server.text.WordSplitter.Word;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Converts texts to words for search: without case, accents and punctuation, the same for every
 * search and database. A query matches a text if each of its query words is a prefix of one of the
 * text's index words. Stateless.
 *
 * <p>Equal words mean that texts are similar, not that they name the same book: see {@link
 * BookIdentity}.
 */
public final class SearchWords {
  /** The longest word of a script with spaces, in UTF-16 units. */
  private static final int MAX_LENGTH = 40;

  /** The longest index word of a script without spaces, in code points. */
  private static final int MAX_END_LENGTH = 12;

  private static final int MAX_WANTED = 8;

  /** A query of fewer digits is more likely a year or a title than the start of an ISBN. */
  private static final int FEWEST_DIGITS = 7;

  /** Begins with the test that most characters fail, which makes it several times faster. */
  private static final Pattern ISBN =
      Pattern.compile(
          "(?=\\p{Nd})(?<![\\p{L}\\p{N}])(?:97[89][\\s\\p{Z}\\p{Pd}−]?)?(?:\\p{Nd}[\\s\\p{Z}\\p{Pd}−]?){9}[\\p{Nd}Xx](?![\\p{L}\\p{N}])");

  private static final Pattern DIGITS =
      Pattern.compile("(?=(?:.*\\p{Nd}){9}|\\S+$)[\\p{Nd}\\s\\p{Z}\\p{Pd}−]+[Xx]?");
  private static final Pattern LABEL =
      Pattern.compile("\\bISBN(?:-1[03])?:?\\s*(?=\\p{Nd})", Pattern.CASE_INSENSITIVE);

  private SearchWords() {}

  /** The words to store for a text, each once, in the order of the text. */
  public static Set<String> indexWords(String text) {
    var stored = new LinkedHashSet<String>();
    findIsbns(text)
        .forEach(
            thirteen -> {
              stored.add(thirteen);
              Isbn.toIsbn10(thirteen).map(CaseFolding::foldCase).ifPresent(stored::add);
            });
    List<Word> words = WordSplitter.splitWords(text);
    for (int at = 0; at < words.size(); at++) {
      Word word = words.get(at);
      if (word.unspaced()) {
        boolean goesOn = at > 0 && words.get(at - 1).unspaced() && !word.apart();
        if (!goesOn) {
          addEnds(joinUnspaced(words, at), stored);
        }
      } else {
        stored.add(truncateWord(word.text()));
        if (!word.symbols().isEmpty()) {
          stored.add(truncateWord(word.text() + word.symbols()));
        }
        addCompound(words, at, stored);
      }
    }
    return stored;
  }

  /** The words to search for, the longest first, because that is most likely the rarest. */
  public static List<String> queryWords(String text) {
    var wanted = new LinkedHashSet<String>();
    String rest = LABEL.matcher(text).replaceAll("").strip();
    if (DIGITS.matcher(rest).matches() && Isbn.stripSeparators(rest).length() >= FEWEST_DIGITS) {
      String digits = Isbn.stripSeparators(rest);
      wanted.add(CaseFolding.foldCase(Isbn.toIsbn13(digits).orElse(digits)));
      rest = "";
    } else {
      wanted.addAll(findIsbns(rest));
      rest = ISBN.matcher(rest).replaceAll(SearchWords::blankIfValid);
    }
    for (Word word : WordSplitter.splitWords(rest)) {
      if (word.unspaced()) {
        wanted.addAll(splitUnspaced(word.text()));
      } else {
        wanted.add(truncateWord(word.text() + word.symbols()));
      }
    }
    return wanted.stream()
        .sorted(Comparator.comparingInt(String::length).reversed())
        .limit(MAX_WANTED)
        .toList();
  }

  /** Whether a query word is a single letter of a script with spaces. */
  public static boolean isSingleLetter(String wanted) {
    return wanted.codePointCount(0, wanted.length()) == 1
        && Character.isLetter(wanted.codePointAt(0))
        && UnicodeScript.of(wanted.codePointAt(0)) != UnicodeScript.HANGUL // a syllable
        && !ScriptRules.isWithoutSpaces(wanted.codePointAt(0));
  }

  /** The words of a short text in one line, for substring search. */
  public static String searchKey(String text) {
    List<Word> words = WordSplitter.splitWords(text);
    Collection<String> parts = new LinkedHashSet<>();
    for (int at = 0; at < words.size(); at++) {
      Word word = words.get(at);
      if (word.unspaced()) {
        parts.add(word.text());
      } else {
        parts.add(word.text() + word.symbols());
        addCompound(words, at, parts);
      }
    }
    return String.join(" ", parts);
  }

  private static List<String> findIsbns(String text) {
    Matcher isbn = ISBN.matcher(text);
    return isbn.results().map(MatchResult::group).flatMap(s -> Isbn.toIsbn13(s).stream()).toList();
  }

  private static String blankIfValid(MatchResult isbn) {
    return Isbn.toIsbn13(isbn.group()).isPresent() ? " " : Matcher.quoteReplacement(isbn.group());
  }

  /**
   * Adds the words joined by hyphens, apostrophes or full stops as one word, too: O'Brien, U.S.A.
   */
  private static void addCompound(List<Word> words, int at, Collection<String> stored) {
    boolean begins = !words.get(at).joined() || words.get(at - 1).unspaced();
    int end = at + 1;
    while (end < words.size() && words.get(end).joined() && !words.get(end).unspaced()) {
      end++;
    }
    if (begins && end - at > 1) {
      stored.add(
          truncateWord(
              words.subList(at, end).stream().map(Word::text).collect(Collectors.joining())));
    }
  }

  /** Joins words of scripts without spaces that are separated only by spaces or connectors. */
  private static String joinUnspaced(List<Word> words, int from) {
    int end = from + 1;
    while (end < words.size() && words.get(end).unspaced() && !words.get(end).apart()) {
      end++;
    }
    return words.subList(from, end).stream().map(Word::text).collect(Collectors.joining());
  }

  /**
   * Adds an index word from every letter on, because a word may start at any letter, though not at
   * a mark.
   */
  private static void addEnds(String run, Collection<String> stored) {
    int[] points = run.codePoints().toArray();
    for (int from = 0; from < points.length; from++) {
      if (from == 0 || !UnicodeNormalizer.isMark(points[from])) {
        stored.add(new String(points, from, Math.min(MAX_END_LENGTH, points.length - from)));
      }
    }
  }

  /** Splits into pieces as long as index words, each starting at a letter. */
  private static List<String> splitUnspaced(String run) {
    int[] points = run.codePoints().toArray();
    var pieces = new ArrayList<String>();
    int from = 0;
    while (from < points.length) {
      int to = Math.min(from + MAX_END_LENGTH, points.length);
      pieces.add(new String(points, from, to - from));
      while (to < points.length && to > from + 1 && UnicodeNormalizer.isMark(points[to])) {
        to--; // back to the letter, where an index word starts
      }
      from = to;
    }
    return pieces;
  }

  private static String truncateWord(String word) {
    if (word.length() <= MAX_LENGTH) {
      return word;
    }
    int end = Character.isHighSurrogate(word.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    return word.substring(0, end);
  }
}
