package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.mail.ExampleMails;
import io.bookbell.server.mail.ExampleMails.ExampleMail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mails as a mail program shows them: on a phone and on a desk, by day and by night. With {@code
 * -Dmail.pictures=FOLDER}, the pictures are kept there.
 */
class MailLookBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final int PHONE = 360;
  private static final int DESK = 900;
  private static final int HEIGHT = 740;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "ar", "ja"})
  void aMailFitsAndCanBeRead(String language) throws IOException {
    Browser browser = browsers.of("reader");
    var axe = new Axe(browser);
    var fit = new Fit(browser);
    for (ExampleMail mail : ExampleMails.compose(language)) {
      assertThat(mail.text()).as("the text of %s", mail.kind()).isNotBlank().doesNotContain("{");
      Path file = Files.writeString(folder.resolve(mail.kind() + ".html"), mail.html());
      for (int width : new int[] {PHONE, DESK}) {
        for (boolean dark : new boolean[] {false, true}) {
          browser.dark(dark);
          browser.resize(width, HEIGHT);
          browser.visit(file.toUri().toString());
          String name = language + "-" + mail.kind() + "-" + width + (dark ? "-dark" : "");
          fit.look(name);
          if (!dark) {
            axe.look(name); // in both
          }
          keepPicture(name, browser);
        }
      }
    }
    browser.dark(false);
    axe.assertNothingFound();
    fit.assertNothingFound();
  }

  private static void keepPicture(String name, Browser browser) throws IOException {
    String wanted = System.getProperty("mail.pictures", "");
    if (!wanted.isEmpty()) {
      Files.write(
          Files.createDirectories(Path.of(wanted)).resolve(name + ".png"), browser.screen());
    }
  }
}
