package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TemporaryFolder;
import io.bookbell.server.support.TestClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.awaitility.Awaitility;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** One headless Chromium, with one tab in front. For one thread. */
final class Browser implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LOOK_EVERY = Duration.ofMillis(40);

  /** The page asks who is signed in when it starts, and a visitor gets a 401. */
  private static final String VISITOR = "/api/me - Failed to load resource";

  /**
   * A page that stays open for three seconds fetches the service worker's script, and a test may
   * leave the page or cut the link just then. A script that the server refuses or sends with the
   * wrong type is another error.
   */
  private static final String LEFT_WORKER = "An unknown error occurred when fetching the script";

  private final ChromeDriver driver;
  private final List<String> expectedErrors = new ArrayList<>();

  private Browser(ChromeDriver driver) {
    this.driver = driver;
    forget();
  }

  /**
   * Starts a browser.
   *
   * @param isFull whether it is the full Chromium instead of the headless shell
   */
  static Browser start(Chromium chromium, boolean isFull) {
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromium.driver().toFile())
            .usingAnyFreePort()
            .withEnvironment(Map.of("TMPDIR", TemporaryFolder.make().toString())) // for the profile
            .build();
    Path program = isFull ? chromium.browser() : chromium.headlessShell();
    ChromeOptions options = options(program);
    if (!isFull) { // those who want no motion get the same pages, with a tenth less work
      options.addArguments("--force-prefers-reduced-motion");
    }
    return new Browser(new ChromeDriver(service, options));
  }

  private static ChromeOptions options(Path program) {
    var options = new ChromeOptions();
    options.setBinary(program.toFile());
    options.addArguments(
        "--headless=new",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1280,800",
        "--lang=en-US");
    if (Chromium.isRoot()) {
      options.addArguments("--no-sandbox");
    }
    options.setExperimentalOption("prefs", Map.of("intl.accept_languages", "en-US,en"));
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    return options;
  }

  /**
   * Resets the browser: no session, no stored data, one empty tab of the usual size. The tab is a
   * new one, so that requests the old page still had in flight aren't logged as errors of the next
   * page.
   */
  void forget() {
    run("try { localStorage.clear(); } catch { /* there is none on an empty page */ }");
    var tabs = driver.getWindowHandles();
    String empty = driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
    for (String tab : tabs) {
      driver.switchTo().window(tab).close();
    }
    driver.switchTo().window(empty);
    command("Network.clearBrowserCookies", Map.of());
    errors();
    expectedErrors.clear();
    expectErrors(VISITOR).expectErrors(LEFT_WORKER);
  }

  /** Opens a URL in the front tab. */
  Browser visit(String url) {
    driver.get(url);
    return this;
  }

  /** Sets the session cookie of a demo user, without using the sign-in form. */
  Browser carrySession(TestServer server, String name) {
    return carry(server.signIn(name));
  }

  /** Sets a session cookie. The old page is left first, or it would ask as somebody else. */
  Browser carry(TestClient client) {
    visit("about:blank");
    String token = client.token().orElseThrow();
    command(
        "Network.setCookie",
        Map.of("name", "bookbell_session", "value", token, "url", client.url(), "httpOnly", true));
    return this;
  }

  /** Opens a URL in a new tab in front. */
  Browser openTab(String url) {
    driver.switchTo().newWindow(WindowType.TAB);
    return visit(url);
  }

  /** Closes the front tab and brings the first of the others to the front. */
  void closeTab() {
    driver.close();
    showTab(0);
  }

  void showTab(int number) {
    driver.switchTo().window(new ArrayList<>(driver.getWindowHandles()).get(number));
  }

  String path() {
    return String.valueOf(run("return location.pathname + location.search"));
  }

  void awaitPath(String path) {
    await("the address " + path + ", not " + path(), () -> path().equals(path));
  }

  String title() {
    return driver.getTitle();
  }

  /** Returns the part of the page with this data-testid. */
  Part part(String testId) {
    return new Part(this, Part.selector(testId));
  }

  Part css(String selector) {
    return new Part(this, selector);
  }

  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Presses Tab until this part has the focus. */
  void tabTo(Part part) {
    for (int pressed = 0; pressed < 80 && !part.hasFocus(); pressed++) {
      press(Keys.TAB);
    }
    if (!part.hasFocus()) {
      throw new AssertionError("The tabulator does not come to " + part);
    }
  }

  /** Sets the window's size. */
  void resize(int width, int height) {
    scale(width, height, 1);
  }

  void scale(int width, int height, double factor) {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", factor, "mobile", false));
  }

  /** Sets the preferred language. */
  void prefer(String language) {
    Object agent = run("return navigator.userAgent");
    command(
        "Emulation.setUserAgentOverride", Map.of("userAgent", agent, "acceptLanguage", language));
  }

  void dark(boolean dark) {
    var scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    command("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  /** Disconnects or reconnects the network. */
  void offline(boolean offline) {
    command("Network.enable", Map.of());
    command(
        "Network.emulateNetworkConditions",
        Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  void command(String name, Map<String, Object> parameters) {
    driver.executeCdpCommand(name, parameters);
  }

  /** Keeps the team's answers in the page, which otherwise sends them after some seconds. */
  void holdAnswers() {
    expectErrors("/respond - ");
    command("Network.enable", Map.of());
    command("Network.setBlockedURLs", Map.of("urls", List.of("*/respond")));
  }

  /** Ends {@link #holdAnswers}. */
  void releaseAnswers() {
    command("Network.setBlockedURLs", Map.of("urls", List.of()));
  }

  /** Ends {@link #holdAnswers} and sends the answers, unless the page has just done so. */
  void sendHeldAnswers() {
    releaseAnswers();
    sendAnswers();
  }

  /** Sends the team's answers at once, unless the page has just done so by itself. */
  void sendAnswers() {
    run("document.querySelector(arguments[0])?.click()", Part.selector("undo-send"));
  }

  ChromeDriver driver() {
    return driver;
  }

  void await(String what, Callable<Boolean> condition) {
    Awaitility.await()
        .alias(what)
        .atMost(TIMEOUT)
        .pollDelay(Duration.ZERO)
        .pollInterval(LOOK_EVERY)
        .ignoreExceptionsMatching(
            e -> e instanceof WebDriverException && !(e instanceof JavascriptException))
        .until(condition);
  }

  byte[] screen() {
    return driver.getScreenshotAs(OutputType.BYTES);
  }

  /** Ignores errors that contain these words, because the test causes them. */
  Browser expectErrors(String words) {
    expectedErrors.add(words);
    return this;
  }

  /** Ignores refusals, because pages may be asking for something when their access ends. */
  Browser expectRefusals() {
    return expectErrors("status of 401")
        .expectErrors("status of 403")
        .expectErrors("status of 404");
  }

  /** Returns the errors that pages have logged since the last call, except the expected ones. */
  List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(Browser::isError)
        .map(LogEntry::getMessage)
        .filter(message -> expectedErrors.stream().noneMatch(message::contains))
        .toList();
  }

  /** A header that the browser doesn't understand is one, though the browser only mentions it. */
  private static boolean isError(LogEntry entry) {
    return entry.getLevel().intValue() >= Level.SEVERE.intValue()
        || entry.getMessage().contains("-Policy header");
  }

  @Override
  public void close() {
    driver.quit();
  }
}
