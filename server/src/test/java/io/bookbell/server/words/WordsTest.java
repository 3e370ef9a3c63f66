package io.bookbell.server.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the page says stands in every catalogue, complete, and nothing stands there in vain. */
class WordsTest {
  private static final Catalogue ENGLISH = Catalogue.of("en");
  private static final List<Module> MODULES = Module.all();

  /** The forms that whole numbers below a million ask for. */
  private static final Map<String, Set<String>> FORMS =
      Map.of(
          "en", Set.of("one", "other"),
          "de", Set.of("one", "other"),
          "fr", Set.of("one", "other"),
          "es", Set.of("one", "other"),
          "ar", Set.of("zero", "one", "two", "few", "many", "other"),
          "ja", Set.of("other"));

  /** The number may be said in words instead, such as "one reply". */
  private static final String COUNT = "count";

  @ParameterizedTest
  @ValueSource(strings = {"de", "fr", "es", "ar", "ja"})
  void everyLanguageHasTheSameKeysInTheSameOrder(String language) {
    Catalogue catalogue = Catalogue.of(language);

    assertThat(catalogue.texts().keySet()).isEqualTo(ENGLISH.texts().keySet());
    assertThat(catalogue.layout()).isEqualTo(ENGLISH.layout());
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fr", "es", "ar", "ja"})
  void aTextHasEveryFormThatItsLanguageAsksFor(String language) {
    Catalogue.of(language)
        .texts()
        .forEach(
            (key, forms) -> {
              boolean counted = !english(key).containsKey(Catalogue.PLAIN);
              Set<String> asked = counted ? FORMS.get(language) : Set.of(Catalogue.PLAIN);
              assertThat(forms.keySet()).as("%s in %s.js", key, language).isEqualTo(asked);
              assertThat(forms.values()).as(key).noneMatch(String::isBlank);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fr", "es", "ar", "ja"})
  void aTextHasThePlaceholdersOfTheEnglishOne(String language) {
    Catalogue.of(language)
        .texts()
        .forEach(
            (key, forms) -> {
              var wanted = english(key).values().stream().findFirst().orElseThrow();
              for (String text : forms.values()) {
                assertThat(withoutCount(text))
                    .as("%s in %s.js: %s", key, language, text)
                    .isEqualTo(withoutCount(wanted));
              }
            });
  }

  private static Map<String, String> english(String key) {
    return ENGLISH.texts().getOrDefault(key, Map.of(Catalogue.PLAIN, ""));
  }

  private static Set<String> withoutCount(String text) {
    var placeholders = new TreeSet<>(Catalogue.placeholders(text));
    placeholders.remove(COUNT);
    return placeholders;
  }

  @Test
  void whatThePageSaysStandsInTheCatalogue() {
    for (Module module : MODULES) {
      assertThat(ENGLISH.texts().keySet())
          .as("keys used in %s", module.name())
          .containsAll(module.keys(ENGLISH.features()))
          .containsAll(module.calledKeys());
      for (String start : module.keyStarts()) {
        assertThat(ENGLISH.texts().keySet())
            .as("keys used in %s", module.name())
            .anyMatch(key -> key.startsWith(start));
      }
    }
  }

  @Test
  void whatStandsInTheCatalogueIsSaid() {
    var unsaid = new TreeSet<>(ENGLISH.texts().keySet());
    for (Module module : MODULES) {
      unsaid.removeAll(module.keys(ENGLISH.features()));
      module.keyStarts().forEach(start -> unsaid.removeIf(key -> key.startsWith(start)));
    }
    assertThat(unsaid).isEmpty();
  }

  @Test
  void noWordStandsInAView() {
    assertThat(MODULES.stream().flatMap(module -> module.hardCoded().stream())).isEmpty();
  }

  @Test
  void aWordInAViewIsFound() {
    var module =
        new Module(
            "view.js",
            """
            html`<p title="Hello" class="a">${a ? html`<b>nested</b>` : '}'} plain ${translate('a.b')}</p>`;
            field({label: 'Name', name: 'name'});
            this.showToast(`Done: ${x}`);
            """);

    assertThat(module.hardCoded())
        .containsExactly(
            "view.js: title=\"Hello\"",
            "view.js: plain",
            "view.js: nested",
            "view.js: label: 'Name'",
            "view.js: showToast(`Done: ${x}`");
    assertThat(module.calledKeys()).containsExactly("a.b");
  }

  @Test
  void theListOfLanguagesIsThatOfTheCatalogues() {
    String words = Catalogue.read(Catalogue.WEB.resolve("words/translate.js"));
    assertThat(Stream.of("en", "de", "fr", "es", "ar", "ja"))
        .allMatch(language -> words.contains(language + ": '"));
  }
}
