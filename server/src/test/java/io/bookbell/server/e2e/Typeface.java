package io.bookbell.server.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/** A font that the page is drawn in, its own or another. None is a system font. */
enum Typeface {
  OF_THE_PAGE("/web/fonts/source-sans-latin.woff2", 100),
  DEJAVU_SANS("/fonts/dejavu-sans.woff2", 100),
  A_FIFTH_WIDER("/web/fonts/source-sans-latin.woff2", 125);

  private final String file;
  private final int percent;

  Typeface(String file, int percent) {
    this.file = file;
    this.percent = percent;
  }

  /** Draws every page that the tab opens from now on in this font. */
  void wear(Browser browser) {
    if (this == OF_THE_PAGE) {
      return;
    }
    // bytes from a script aren't subject to the content security policy
    String script =
        """
        const bytes = Uint8Array.from(atob('%s'), (each) => each.charCodeAt(0));
        document.fonts.add(new FontFace('Tested', bytes, {sizeAdjust: '%d%%', weight: '200 900'}));
        addEventListener('DOMContentLoaded', () =>
            document.documentElement.style.setProperty('--sans', "'Tested', sans-serif"));
        """
            .formatted(Base64.getEncoder().encodeToString(bytes()), percent);
    browser.command("Page.enable", Map.of());
    browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
  }

  private byte[] bytes() {
    try (InputStream in = Typeface.class.getResourceAsStream(file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
