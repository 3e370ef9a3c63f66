package io.bookbell.server.e2e;

import java.util.List;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/**
 * A part of a page, identified by a CSS selector that every call evaluates again, so the element
 * may disappear, reappear or be re-rendered in between. Actions wait for it.
 */
record Part(Browser browser, String css) {
  static String selector(String testId) {
    return "[data-testid='" + testId + "']";
  }

  /** Returns a part within this one. */
  Part part(String testId) {
    return inside(selector(testId));
  }

  Part inside(String selector) {
    return new Part(browser, css + " " + selector);
  }

  /** Returns this part with a condition on an attribute. */
  Part with(String attribute, Object value) {
    return new Part(browser, css + "[" + attribute + "='" + value + "']");
  }

  void click() {
    browser.await(
        "a click on " + css,
        () -> {
          bringIntoSight();
          element().click();
          return true;
        });
  }

  /** Replaces the content of a field. */
  Part write(String text) {
    browser.await(
        "writing into " + css,
        () -> {
          WebElement field = element();
          field.clear();
          field.sendKeys(text);
          return true;
        });
    return this;
  }

  /** Selects an option by its visible text. */
  Part choose(String shown) {
    browser.await(
        "choosing " + shown + " in " + css,
        () -> {
          for (WebElement option : element().findElements(By.tagName("option"))) {
            if (option.getText().equals(shown)) {
              option.click();
              return true;
            }
          }
          return false;
        });
    return this;
  }

  /** Returns the visible text; empty if the part doesn't exist. */
  String text() {
    return String.valueOf(
        browser.run(
            "return document.querySelector(arguments[0])?.innerText.trim().replace(/\\s+/g, ' ') ?? ''",
            css));
  }

  String value() {
    return String.valueOf(browser.run("return document.querySelector(arguments[0])?.value", css));
  }

  String attribute(String name) {
    return String.valueOf(
        browser.run(
            "return document.querySelector(arguments[0])?.getAttribute(arguments[1])", css, name));
  }

  @SuppressWarnings("unchecked")
  List<String> texts() {
    return (List<String>)
        browser.run(
            "return [...document.querySelectorAll(arguments[0])].map(each =>"
                + " each.innerText.trim().replace(/\\s+/g, ' '))",
            css);
  }

  int count() {
    return texts().size();
  }

  boolean isShown() {
    return Boolean.TRUE.equals(
        browser.run(
            "return document.querySelector(arguments[0])?.checkVisibility() ?? false", css));
  }

  boolean hasFocus() {
    return Boolean.TRUE.equals(
        browser.run("return document.activeElement?.matches(arguments[0]) ?? false", css));
  }

  Part awaitShown() {
    browser.await(css + " to be shown", this::isShown);
    return this;
  }

  void awaitGone() {
    browser.await(css + " to go", () -> count() == 0);
  }

  void awaitCount(int count) {
    browser.await(css + " to be there " + count + " times", () -> count() == count);
  }

  Part awaitText(String text) {
    return awaitText(text, text::equals);
  }

  Part awaitTextWith(String words) {
    return awaitText("… " + words + " …", text -> text.contains(words));
  }

  private Part awaitText(String wanted, Predicate<String> fits) {
    try {
      browser.await(css + " to say “" + wanted + "”", () -> fits.test(text()));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(e.getMessage() + "\nIt says “" + text() + "”", e);
    }
    return this;
  }

  Part awaitAttribute(String name, String value) {
    browser.await(css + " to have " + name + "=" + value, () -> attribute(name).equals(value));
    return this;
  }

  /** Scrolls the part out from under the sticky bars, which the driver doesn't know about. */
  private void bringIntoSight() {
    browser.run(
        "document.querySelector(arguments[0])?.scrollIntoView("
            + "{block: 'nearest', behavior: 'instant'})",
        css);
  }

  private WebElement element() {
    return browser.driver().findElement(By.cssSelector(css));
  }

  @Override
  public String toString() {
    return css;
  }
}
