package io.bookbell.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How typed text is stored, counted and compared. */
class TextNormalizerTest {

  @ParameterizedTest
  @CsvSource({
    "'  Emma  ', Emma",
    "'Cafe\u0301', Caf\u00E9",
    "'Em\u0000ma\u0007', Emma",
    "'Emma\u202Etxt.exe', Emmatxt.exe",
    "'Em\u200Bma', Emma",
    "'Em\u2060\uFEFFma', Emma",
    "'Two\r\nlines\tand a tab', Two lines and a tab",
    "'One\u2028Two', One Two",
    "'\u05D0\u200F!', '\u05D0\u200F!'",
    "'Emma\u200F', Emma",
    "'\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645', '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645'",
    "'\u0915\u094D\u200D\u0937', '\u0915\u094D\u200D\u0937'",
    "'👩\u200D👩\u200D👧', '👩\u200D👩\u200D👧'",
    "'❤\uFE0F\u200D🔥', '❤\uFE0F\u200D🔥'",
    "'Em\u200Dma', Emma",
    "'\u0E44\u0E17\u0E22\u200B\u0E14\u0E35', '\u0E44\u0E17\u0E22\u200B\u0E14\u0E35'",
    "'葛\uDB40\uDD00城', '葛\uDB40\uDD00城'"
  })
  void aLineKeepsWhatIsSeen(String typed, String stored) {
    assertThat(TextNormalizer.normalizeLine(typed)).isEqualTo(stored);
  }

  @Test
  void aFlagOfTagsIsKeptAndOtherTagsAreNot() {
    String scotland = "🏴" + tags("gbsct") + Character.toString(0xE007F);

    assertThat(TextNormalizer.normalizeLine(scotland)).isEqualTo(scotland);
    assertThat(TextNormalizer.normalizeLine("Emma" + tags("hidden"))).isEqualTo("Emma");
  }

  /** Sorting all of them would take minutes. */
  @ParameterizedTest
  @ValueSource(strings = {"\u0301\u0316", "\u0345\u20DD"})
  void excessMarksAreDroppedBeforeTheyAreSorted(String marks) {
    String piled = "a" + marks.repeat(100_000);
    int most = 1 + UnicodeNormalizer.MAX_MARKS;

    for (var form : Normalizer.Form.values()) {
      assertThat(UnicodeNormalizer.normalize(piled + "b", form).length())
          .isLessThanOrEqualTo(most + 1);
    }
    assertThat(GraphemeClusters.hasOversizedCluster(TextNormalizer.normalizeLine(piled))).isTrue();
    assertThat(EmailAddress.of(piled + "@books.example").orElse("")).hasSizeLessThan(100);
  }

  @Test
  void anAddressWithStackedMarksIsRefused() {
    assertThat(EmailAddress.of("a" + "\u0301".repeat(40) + "@books.example")).isEmpty();
  }

  private static String tags(String text) {
    var tags = new StringBuilder();
    text.chars().forEach(letter -> tags.appendCodePoint(0xE0000 + letter));
    return tags.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "\u200B",
        "\u2060\u2060",
        "\u3164",
        "\u2065",
        "\uFFF0",
        "\u115F\u1160",
        "\u2800",
        "\u00AD",
        "\u0301",
        "\u202E",
        "\u00A0",
        "\uFE0F",
        "\u200E",
        "\uDB40\uDC41"
      })
  void whatNobodySeesIsNoName(String typed) {
    assertThat(TextNormalizer.normalizeLine(typed)).isEmpty();
    assertThat(TextNormalizer.normalizeLines(typed)).isEmpty();
  }

  @Test
  void aTextOfSeveralLinesKeepsThem() {
    assertThat(TextNormalizer.normalizeLines(" one\r\n\ttwo\rthree\u0000\u202E\n"))
        .isEqualTo("one\n\ttwo\nthree");
  }

  @ParameterizedTest
  @CsvSource({
    "Emma, 4",
    "é, 1",
    "e\u0301, 1",
    "👨‍👩‍👧‍👦, 1",
    "🇩🇪🇫🇷, 2",
    "👍🏽, 1",
    "क्षि, 1",
    "한글, 2",
    "각, 1",
    "1️⃣, 1",
    "ก็, 1",
    "'a\r\nb', 3"
  })
  void charactersAreCountedAsPeopleSeeThem(String text, int count) {
    assertThat(GraphemeClusters.countCharacters(text)).isEqualTo(count);
  }

  @Test
  void marksArePiledUpSoHighOnly() {
    assertThat(GraphemeClusters.hasOversizedCluster("e" + "\u0301".repeat(100))).isTrue();
    assertThat(GraphemeClusters.hasOversizedCluster("👨‍👩‍👧‍👦".repeat(50))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "Жанна, ЖАННА",
    "straße, STRASSE",
    "ΟΔΥΣΣΕΥΣ, οδυσσευς",
    "ﬁn, FIN",
    "ẞ, ss",
    "É, e\u0301",
    "K, k",
    "Ǆ, ǆ",
    "ŉ, ʼN",
    "Ꙋ, ꙋ"
  })
  void caseIsFoldedAsUnicodeHasIt(String one, String other) {
    assertThat(CaseFolding.foldCase(one)).isEqualTo(CaseFolding.foldCase(other));
  }

  @Test
  void theMachinesLanguageChangesNothing() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertThat(CaseFolding.foldCase("TITLE")).isEqualTo("title");
      assertThat(CaseFolding.areEqual("ı", "i")).isFalse();
      assertThat(EmailAddress.of("INFO@KITAP.EXAMPLE")).hasValue("info@kitap.example");
      assertThat(SearchWords.queryWords("ISTANBUL")).containsExactly("istanbul");
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Ann@Example.ORG, ann@example.org",
    "'  ann@example.org ', ann@example.org",
    "Жанна@ПРИМЕР.рф, жанна@пример.рф",
    "жанна@xn--e1afmkfd.xn--p1ai, жанна@пример.рф",
    "ANN@BU\u0308CHER.example, ann@bücher.example",
    "ann@XN--BCHER-KVA.example, ann@bücher.example",
    "ann@ｂooks。example, ann@books.example",
    "Weiß@books.example, weiß@books.example",
    "ﬁona@books.example, ﬁona@books.example"
  })
  void anAddressHasOneForm(String typed, String stored) {
    assertThat(EmailAddress.of(typed)).hasValue(stored);
  }

  @ParameterizedTest
  @CsvSource({
    "ann@books.example, ann@books.example",
    "ann@bücher.example, ann@xn--bcher-kva.example",
    "ann@xn--fuball-cta.example, ann@xn--fuball-cta.example",
    "ann@fußball.example,",
    "ann@βόλος.example,",
    "weiß@books.example,",
    "łukasz@books.example,"
  })
  void aMailIsNeverSentToAnotherAddress(String typed, String sentTo) {
    assertThat(EmailAddress.of(typed).flatMap(EmailAddress::toDeliverable))
        .isEqualTo(Optional.ofNullable(sentTo));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ann",
        "@x",
        "ann@",
        "a b@x",
        "ann@x\u200By",
        "ann\u202E@x",
        "a@b@c",
        "ann@x..y",
        "ann\u0000@x"
      })
  void whatIsNoAddressIsRefused(String typed) {
    assertThat(EmailAddress.of(typed)).isEmpty();
  }
}
