package io.bookbell.server.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The paths of Chromium and its driver on this machine.
 *
 * @param browser the executable
 * @param headlessShell a build without windows, which takes half the CPU, but in which every tab
 *     counts as visible and there are no notifications; the browser itself if there is none
 * @param driver of the same version
 */
record Chromium(Path browser, Path headlessShell, Path driver) {
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");

  /** Debian's, not the script around it in /usr/bin, which would be ended in place of it. */
  private static final Path HEADLESS_SHELL = Path.of("/usr/lib/chromium/chromium-headless-shell");

  private static final List<String> DRIVERS =
      List.of("chromedriver", "chromium-chromedriver", "chromium.chromedriver");
  private static final List<String> DEFAULT_FOLDERS =
      List.of(
          "/usr/bin",
          "/usr/local/bin",
          "/usr/lib/chromium",
          "/usr/lib/chromium-browser",
          "/usr/lib64/chromium-browser",
          "/opt/google/chrome",
          "/snap/bin",
          "/opt/homebrew/bin",
          "/Applications/Chromium.app/Contents/MacOS",
          "/Applications/Google Chrome.app/Contents/MacOS");

  /**
   * The result of the search.
   *
   * @param reason why there is none; empty if there is one
   */
  record Finding(Optional<Chromium> chromium, String reason) {}

  /**
   * Returns the result of the search, which runs once in each process and installs Chromium if it
   * can.
   */
  static Finding finding() {
    return Found.FINDING;
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static final class Found {
    private static final Finding FINDING = find();
  }

  private static Finding find() {
    if (!isRoot() || !Files.exists(Path.of("/etc/debian_version"))) {
      return look()
          .map(found -> new Finding(Optional.of(found), ""))
          .orElseGet(
              () ->
                  new Finding(
                      Optional.empty(),
                      "Chromium and chromedriver were not found; install them, or name them in"
                          + " BOOKBELL_CHROMIUM and BOOKBELL_CHROMEDRIVER"));
    }
    return findOrInstall();
  }

  /**
   * Looks and installs one process at a time: tests of several processes may need a browser at the
   * same moment, dpkg has one lock, and a browser that is half installed looks like one.
   */
  private static Finding findOrInstall() {
    Path lockFile = Path.of(System.getProperty("java.io.tmpdir"), "bookbell-chromium.lock");
    try (var channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      Optional<Chromium> there = look();
      String output = there.isPresent() ? "" : install();
      return there
          .or(Chromium::look)
          .map(found -> new Finding(Optional.of(found), ""))
          .orElseGet(
              () ->
                  new Finding(
                      Optional.empty(),
                      "Chromium was not found, and apt-get did not bring it: " + output));
    } catch (IOException e) {
      return new Finding(Optional.empty(), "Chromium could not be installed: " + e);
    }
  }

  private static Optional<Chromium> look() {
    Optional<Path> browser = program("BOOKBELL_CHROMIUM", BROWSERS);
    Optional<Path> driver = program("BOOKBELL_CHROMEDRIVER", DRIVERS);
    return browser.flatMap(
        found ->
            driver.map(
                its -> {
                  boolean hasShell =
                      System.getenv("BOOKBELL_CHROMIUM") == null
                          && Files.isExecutable(HEADLESS_SHELL);
                  return new Chromium(found, hasShell ? HEADLESS_SHELL : found, its);
                }));
  }

  private static Optional<Path> program(String variable, List<String> names) {
    String named = System.getenv(variable);
    if (named != null) {
      return Optional.of(Path.of(named)).filter(Files::isExecutable);
    }
    return folders()
        .flatMap(folder -> names.stream().map(folder::resolve))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static Stream<Path> folders() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(Stream.of(path.split(File.pathSeparator)), DEFAULT_FOLDERS.stream())
        .filter(folder -> !folder.isBlank())
        .map(Path::of);
  }

  private static String install() {
    String output = run("apt-get", "-qq", "update") + runInstall("chromium", "chromium-driver");
    return output + runInstall("chromium-headless-shell"); // Ubuntu doesn't have it
  }

  private static String runInstall(String... packages) {
    var command =
        new ArrayList<>(List.of("apt-get", "-qq", "-y", "--no-install-recommends", "install"));
    command.addAll(List.of(packages));
    return run(command.toArray(String[]::new));
  }

  /** Runs a command and returns its output. */
  private static String run(String... command) {
    try {
      Path output = Files.createTempFile("bookbell-apt", ".log");
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
      Process process = builder.redirectOutput(output.toFile()).start();
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
      String said = Files.readString(output, UTF_8);
      Files.delete(output);
      return said;
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
