package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** Checks that a page's content stays within its window, and texts within their boxes. */
final class Fit {
  private static final String TOO_WIDE =
      """
      const root = document.documentElement;
      const name = (each) => (each.dataset.testid ?? each.className ?? '') + ' <' + each.localName + '> ' +
          each.textContent.trim().slice(0, 40);
      const clips = (each) => /auto|scroll|hidden|clip/.test(getComputedStyle(each).overflowX);
      const isClipped = (each) => {
        for (let above = each.parentElement; above && above !== document.body; above = above.parentElement)
          if (clips(above)) return true;
        return false;
      };
      const all = [...document.body.querySelectorAll('*:not(svg *, svg, option, .cover *, .visually-hidden)')]
        .filter((each) => each.checkVisibility({visibilityProperty: true}) && !isClipped(each));
      const box = (each) => each.getBoundingClientRect();
      const wide = root.scrollWidth > root.clientWidth ? ['the page is ' + root.scrollWidth + ' wide'] : [];
      const outside = all
        .filter((each) => box(each).width > 0 && (box(each).right > root.clientWidth + 1 || box(each).left < -1) &&
            !each.matches('.skip'))
        .map((each) => 'outside: ' + name(each));
      const cut = all
        .filter((each) => each.matches('.button, .segment, .side-nav__label, .badge, .tab, .panel, .request, .row, .toast, h1, h2, h3, p, li') &&
            each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1 &&
            !(clips(each) && !each.matches('.side-nav__label')))
        .map((each) => 'cut: ' + name(each));
      return [...wide, ...outside, ...cut];
      """;

  private final Browser browser;
  private final List<String> found = new ArrayList<>();

  Fit(Browser browser) {
    this.browser = browser;
  }

  /** Records what is cut off or overflows here. */
  void look(String place) {
    browser.await(
        "the fonts of " + place,
        () -> Boolean.TRUE.equals(browser.run("return document.fonts.status === 'loaded'")));
    ((List<?>) browser.run(TOO_WIDE)).forEach(each -> found.add(place + ": " + each));
  }

  void assertNothingFound() {
    assertThat(found).isEmpty();
  }
}
