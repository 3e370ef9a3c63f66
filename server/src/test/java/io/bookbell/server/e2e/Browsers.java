package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * JUnit extension that provides the browsers: one per person, started by the first test that needs
 * it, reset after each test, closed after the last test class. A test fails if its browsers have
 * logged an error. After a failure, screenshots are in {@code target/browser}.
 *
 * <p>Without Chromium the class is skipped, or fails if {@code CI=true}.
 */
final class Browsers implements ExecutionCondition, BeforeAllCallback, AfterTestExecutionCallback {
  private static final Path SCREENS = Path.of("target", "browser");

  private final boolean isFull;
  private Map<String, Browser> open = Map.of();

  Browsers() {
    this(false);
  }

  private Browsers(boolean isFull) {
    this.isFull = isFull;
  }

  /**
   * The full Chromium, which hides tabs behind another one and shows notifications. The headless
   * shell does neither, but takes half the CPU.
   */
  static Browsers full() {
    return new Browsers(true);
  }

  /** All browsers that were started; JUnit closes them at the very end. */
  private record Started(Map<String, Browser> byPerson) implements AutoCloseable {
    @Override
    public void close() {
      byPerson.values().forEach(Browser::close);
    }
  }

  /** Returns a person's browser. */
  Browser of(String person) {
    return open.computeIfAbsent(
        isFull ? person + " with the full Chromium" : person,
        _ -> Browser.start(Chromium.finding().chromium().orElseThrow(), isFull));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    open =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(Browsers.class))
            .computeIfAbsent(Started.class, _ -> new Started(new LinkedHashMap<>()), Started.class)
            .byPerson();
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Chromium.Finding finding = Chromium.finding();
    if (finding.chromium().isPresent()) {
      return ConditionEvaluationResult.enabled("there is a Chromium");
    }
    if ("true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(finding.reason());
    }
    return ConditionEvaluationResult.disabled(finding.reason());
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    try {
      if (context.getExecutionException().isPresent()) {
        open.forEach((person, browser) -> keepScreen(context, person, browser));
      } else {
        open.forEach(
            (person, browser) ->
                assertThat(browser.errors()).as("errors in the browser of %s", person).isEmpty());
      }
    } finally {
      open.values().forEach(Browser::forget);
    }
  }

  private static void keepScreen(ExtensionContext context, String person, Browser browser) {
    String test =
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName();
    try {
      Files.createDirectories(SCREENS);
      Files.write(SCREENS.resolve(test + "." + person + ".png"), browser.screen());
      Files.write(SCREENS.resolve(test + "." + person + ".log"), browser.errors());
    } catch (IOException e) {
      throw new UncheckedIOException("The screen of a failed test cannot be kept", e);
    }
  }
}
