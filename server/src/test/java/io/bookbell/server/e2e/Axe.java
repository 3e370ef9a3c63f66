package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Checks pages for accessibility violations with axe, and collects the findings until the end of a
 * test. The script is injected by the driver, because the page's content security policy blocks
 * others.
 */
final class Axe {
  private static final String SCRIPT = script();

  /** A dark page differs only in its colours. */
  private static final String LIGHT =
      """
      {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules: {'label-content-name-mismatch': {enabled: true}, 'target-size': {enabled: true}},
        resultTypes: ['violations'],
      }
      """;

  private static final String DARK =
      "{runOnly: {type: 'rule', values: ['color-contrast']}, resultTypes: ['violations']}";

  private final Browser browser;
  private final List<String> found = new ArrayList<>();

  Axe(Browser browser) {
    this.browser = browser;
  }

  private static String script() {
    try (var script = Axe.class.getResourceAsStream("/axe.min.js")) {
      return new String(
          Objects.requireNonNull(script, "axe.min.js").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("axe cannot be read", e);
    }
  }

  /**
   * Checks the page in its current state, in light and dark mode. If a panel is open, only the
   * panel is checked, because the targets that it half covers would be reported.
   */
  Axe look(String where) {
    if (Boolean.TRUE.equals(browser.run("return typeof axe === 'undefined'"))) {
      browser.run(SCRIPT + "\nwindow.axe = axe");
    }
    find(where, LIGHT);
    browser.dark(true);
    find(where + ", dark", DARK);
    browser.dark(false);
    return this;
  }

  private void find(String where, String options) {
    String script =
        """
        document.getAnimations().forEach((animation) => animation.cancel());
        return axe.run(document.querySelector('.pop-up__panel') ?? document, %s).then(({violations}) => violations.flatMap(({id, help, nodes}) =>
          nodes.map(({target, any, all, none}) =>
            `${id} (${help}) at ${target.join(' ')}: ${[...any, ...all, ...none].map(({message}) => message).join('; ')}`)));
        """
            .formatted(options);
    for (Object each : (List<?>) browser.run(script)) {
      found.add(where + ": " + each);
    }
  }

  void assertNothingFound() {
    assertThat(found).as("what axe finds").isEmpty();
  }
}
