package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.http.Csv.CsvSeparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How spreadsheets interpret an exported file. */
class CsvTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u00A0=1",
        "\u3000=1",
        "\u200B=1",
        "\u202E=1",
        "\uFEFF=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "﹦1",
        "﹢1",
        "−1",
        "\u2800=1",
        "|cmd",
        "\u0301=1"
      })
  void whatLooksLikeAFormulaIsAText(String cell) {
    assertThat(Csv.formatLine(List.of(cell), CsvSeparator.COMMA).replaceFirst("^\"", ""))
        .startsWith("'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Emma", "1984", "«Emma»", "…=1", "#1"})
  void otherTextsStayAsTheyAre(String cell) {
    assertThat(Csv.formatLine(List.of(cell), CsvSeparator.COMMA)).isEqualTo(cell + "\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          de                       | SEMICOLON
          de-CH,de;q=0.9           | COMMA
          fr-FR,fr;q=0.9,en;q=0.8  | SEMICOLON
          en;q=0.5,es;q=0.9        | SEMICOLON
          es-MX                    | COMMA
          en-US                    | COMMA
          ja                       | COMMA
          pt-BR                    | SEMICOLON
          *                        | COMMA
          no language at all;;     | COMMA
          ''                       | COMMA
          ,                        | COMMA
          """)
  void theSeparatorIsThatOfTheLanguage(String languages, CsvSeparator csvSeparator) {
    assertThat(CsvSeparator.forLanguages(languages)).isEqualTo(csvSeparator);
  }

  /** Java takes quadratic time to parse it. */
  @Test
  void ofTooManyLanguagesOnlyTheFirstCount() {
    String many = "en;q=0.5,".repeat(1000);
    assertThat(CsvSeparator.forLanguages(many + "de")).isEqualTo(CsvSeparator.COMMA);
    assertThat(CsvSeparator.forLanguages("de," + many)).isEqualTo(CsvSeparator.SEMICOLON);
    assertThat(CsvSeparator.forLanguages("d".repeat(1000))).isEqualTo(CsvSeparator.COMMA);
  }
}
