package io.bookbell.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.demo.DemoTexts.DemoBook;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that the demo's texts are complete and fit their columns. */
class DemoTextsTest {
  private static final int PEOPLE = 110;
  private static final int REQUESTS = 260;
  private static final int MAX_TITLE_LENGTH = 300;
  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_TEXT_LENGTH = 4000;

  private final DemoTexts demoTexts = new DemoTexts();

  @Test
  void noBookIsAskedForTwice() {
    assertThat(allBooks())
        .hasSizeGreaterThanOrEqualTo(REQUESTS)
        .extracting(demoBook -> demoBook.title().toLowerCase(Locale.ROOT))
        .doesNotHaveDuplicates();
  }

  @Test
  void titlesAndAuthorsFitTheirColumns() {
    assertThat(allBooks())
        .flatExtracting(DemoBook::title, DemoBook::author)
        .map(String.class::cast)
        .allSatisfy(text -> assertThat(text).isNotBlank().isEqualTo(text.strip()))
        .allSatisfy(text -> assertThat(text).hasSizeLessThanOrEqualTo(MAX_TITLE_LENGTH));
  }

  @Test
  void everyIsbnHasItsCheckDigit() {
    assertThat(allBooks().stream().map(DemoBook::isbn).filter(Objects::nonNull))
        .isNotEmpty()
        .doesNotHaveDuplicates()
        .allSatisfy(isbn -> assertThat(isbn).matches("97[89][0-9]{10}"))
        .allSatisfy(isbn -> assertThat(weightedSum(isbn) % 10).as(isbn).isZero());
  }

  @Test
  void everybodyHasANameOfTheirOwn() {
    assertThat(IntStream.range(0, PEOPLE).mapToObj(demoTexts::nameAt))
        .doesNotHaveDuplicates()
        .allSatisfy(name -> assertThat(name).isNotBlank().isEqualTo(name.strip()))
        .allSatisfy(name -> assertThat(name).hasSizeLessThanOrEqualTo(MAX_NAME_LENGTH));
  }

  @ParameterizedTest
  @MethodSource("kindsOfWords")
  void nobodyRunsOutOfWords(Function<Random, String> words) {
    Random random = new Random(1);
    List<String> said = Stream.generate(() -> words.apply(random)).limit(500).distinct().toList();

    assertThat(said)
        .hasSizeGreaterThanOrEqualTo(15)
        .allSatisfy(text -> assertThat(text).isNotBlank().isEqualTo(text.strip()))
        .allSatisfy(text -> assertThat(text).hasSizeLessThanOrEqualTo(MAX_TEXT_LENGTH));
  }

  private static List<Function<Random, String>> kindsOfWords() {
    DemoTexts demoTexts = new DemoTexts();
    return List.of(
        demoTexts::randomNote,
        demoTexts::randomApproval,
        demoTexts::randomRejection,
        demoTexts::randomCompletion,
        demoTexts::randomReply);
  }

  /** Returns every row until the first one repeats; equal rows count separately. */
  private Set<DemoBook> allBooks() {
    Set<DemoBook> books = Collections.newSetFromMap(new IdentityHashMap<>());
    while (books.add(demoTexts.nextBook())) {
      // until the first row comes again
    }
    return books;
  }

  /**
   * The weighted digit sum of an ISBN-13, with every second digit tripled; a valid one is divisible
   * by ten.
   */
  private static int weightedSum(String isbn) {
    return IntStream.range(0, isbn.length())
        .map(place -> Character.digit(isbn.charAt(place), 10) * (place % 2 == 0 ? 1 : 3))
        .sum();
  }
}
