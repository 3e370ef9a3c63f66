package io.bookbell.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.LinkedHashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which queries match which texts, and which books count as the same. */
class SearchWordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Doña Bárbara                  | dona barb
          Doña Bárbara                  | DON\u0303A
          Les Misérables                | miserables
          Œuvres complètes              | oeuvres
          Smørrebrød                    | smorrebrod
          Łódź                          | lodz
          Straße                        | STRASSE
          Der ﬁnale Tag                 | finale
          Ёлка и ёж                     | елка еж
          Ὀδύσσεια                      | οδυσσεια
          Οδυσσεύς                      | ΟΔΥΣΣΕΥΣ
          İstanbul Hatırası             | istanbul hatirasi
          مُحَمَّد                         | محمد
          كتاب علي                      | کتاب علی
          שָׁלוֹם                    | שלום
          L’Étranger                    | l'etranger
          L'Étranger                    | L’étranger
          L’Étranger                    | étranger
          O’Brien                       | obrien
          Spider-Man                    | spiderman
          U.S.A.                        | usa
          It                            | it
          V.                            | V
          V.                            | v.
          1Q84                          | 1q8
          Go                            | go
          C++ Primer                    | primer
          C++ Primer                    | c++
          C# in Depth                   | C#
          Ｆｕｌｌ　Ｗｉｄｔｈ               | full width
          ٢٠٠١ أوديسا                   | 2001
          दिल से                         | दिल
          ノルウェイの森                  | の森
          ノルウェイの森                  | 森
          ハリー・ポッター                 | ハリーポッター
          ﾉﾙｳｪｲの森                      | ノルウェイ
          戦争と 平和                     | 戦争と平和
          红楼梦                         | 楼梦
          สี่แผ่นดิน                       | แผ่นดิน
          ประวัติศาสตร์ไทยฉบับย่อสำหรับทุกคน | ศาสตร์ไทยฉบับย่อสำหรับทุก
          ກາພະເກດ                       | ພະເກດ
          ទុំទាវ                          | ទាវ
          ចិត្ត\u200Bកុលាប                    | ចិត្តកុលាប
          ရွှေမန်းတင်မောင်                 | တင်မောင်
          해리 포터                       | 포터
          978-0-14-143951-8             | 9780141439518
          9780141439518                 | 978-0-14-143951-8
          0-14-143951-3                 | 9780141439518
          9780141439518                 | 0141439513
          9780141439518                 | ISBN 0-14-143951-3
          978-0-14-143951-8             | 978-0-1414
          Not valid 1234567890          | 1234567890
          💔 A Novel                     | 💔
          """)
  void aTextIsFoundBy(String text, String sought) {
    assertThat(isFound(text, sought)).as("%s by %s", text, sought).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          दिल से              | दल
          C Primer           | c++
          C Primer           | c#
          Emma               | mma
          ทะเล               | ทะลุ
          9780141439518      | 9780141439519
          """)
  void aTextIsNotFoundBy(String text, String sought) {
    assertThat(isFound(text, sought)).as("%s by %s", text, sought).isFalse();
  }

  private static boolean isFound(String text, String sought) {
    var stored = SearchWords.indexWords(text);
    var wanted = SearchWords.queryWords(sought);
    return !wanted.isEmpty()
        && wanted.stream().allMatch(word -> stored.stream().anyMatch(one -> one.startsWith(word)));
  }

  @Test
  void whatIsStoredIsBounded() {
    assertThat(SearchWords.indexWords("森".repeat(300) + " " + "x".repeat(300)))
        .allMatch(word -> word.codePointCount(0, word.length()) <= 40);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          The Trial           | Kafka, Franz   |              | the trial!    | Franz Kafka     |
          The Trial           | Kafka，Franz   |              | The  Trial    | FRANZ KAFKA     |
          Les Misérables      | Hugo           |              | Les Miserables | Hugo           |
          The Hobbit          | J.R.R. Tolkien |              | The Hobbit    | J. R. R. Tolkien |
          Good Omens          | Gaiman, Neil; Pratchett, Terry | | Good Omens | Terry Pratchett & Neil Gaiman |
          Emma                | Austen         | 0141439513   | Emma (Penguin) | Jane Austen    | 978-0-14-143951-8
          """)
  void booksThatMayBeTheSameShareWords(
      String title,
      String author,
      String isbn,
      String other,
      String otherAuthor,
      String otherIsbn) {
    assertThat(areDisjoint(title, author, isbn, other, otherAuthor, otherIsbn)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          C Primer   | A |            | C++ Primer | A |
          C++ Primer | A |            | C# Primer  | A |
          दिल         | A |            | दल         | A |
          ???        | A |            | !!!        | A |
          Emma       | A | 0141439513 | Persuasion | A | 9780141439686
          Emma       | Henry James |  | Emma       | James Henry |
          """)
  void differentBooksAreToldApart(
      String title,
      String author,
      String isbn,
      String other,
      String otherAuthor,
      String otherIsbn) {
    assertThat(areDisjoint(title, author, isbn, other, otherAuthor, otherIsbn)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "٩٧٨٠١٤١٤٣٩٥١٨, 9780141439518",
    "९७८-०-१४-१४३९५१-८, 9780141439518",
    "９７８０１４１４３９５１８, 9780141439518"
  })
  void anIsbnMayHaveTheDigitsOfAnyScript(String typed, String isbn) {
    assertThat(Isbn.toIsbn13(typed)).contains(isbn);
  }

  @ParameterizedTest
  @CsvSource({"V, true", "é, true", "한, false", "森, false", "7, false"})
  void onlyALetterIsTooShortToBeTheBeginningOfAWord(String typed, boolean isLetter) {
    assertThat(SearchWords.isSingleLetter(typed)).isEqualTo(isLetter);
  }

  private static boolean areDisjoint(
      String title,
      String author,
      String isbn,
      String other,
      String otherAuthor,
      String otherIsbn) {
    return Collections.disjoint(
        BookIdentity.identityKeys(title, author, isbn),
        BookIdentity.identityKeys(other, otherAuthor, otherIsbn));
  }

  /** Texts in ASCII take a shorter way. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "The O'Brien Book, VOL. 2",
        "C++ and C#; u.s.a. (978-0-441-47812-5)",
        "0441478123 x`y 10_000 \t\n I i",
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~",
      })
  void anAsciiTextHasTheSameWordsBesideOtherLetters(String text) {
    var words = new LinkedHashSet<>(SearchWords.indexWords(text));
    words.add("e");

    assertThat(SearchWords.indexWords(text + " é")).isEqualTo(words);
  }
}
