package io.bookbell.server.account;

import io.bookbell.server.http.ClientDescription;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people recognize a session by.
 *
 * @param name the browser and its system, such as {@code Firefox, Windows}, or another program's
 *     name; null if it doesn't tell
 */
public record SessionClient(@Nullable String name, @Nullable String address) {
  /** For sessions that aren't opened by a request. */
  public static final SessionClient UNKNOWN = new SessionClient(null, null);

  private static final int MAX_PROGRAM_LENGTH = 60;

  /** In this order, because browsers also claim to be those that they are derived from. */
  private static final List<NamedMark> BROWSERS =
      List.of(
          new NamedMark("Edg", "Edge"),
          new NamedMark("OPR/", "Opera"),
          new NamedMark("SamsungBrowser/", "Samsung Internet"),
          new NamedMark("FxiOS/", "Firefox"),
          new NamedMark("Firefox/", "Firefox"),
          new NamedMark("CriOS/", "Chrome"),
          new NamedMark("Chrome/", "Chrome"),
          new NamedMark("Safari/", "Safari"));

  private static final List<NamedMark> SYSTEMS =
      List.of(
          new NamedMark("iPhone", "iPhone"),
          new NamedMark("iPad", "iPad"),
          new NamedMark("Android", "Android"),
          new NamedMark("CrOS", "ChromeOS"),
          new NamedMark("Windows", "Windows"),
          new NamedMark("Macintosh", "macOS"),
          new NamedMark("Linux", "Linux"));

  private static final Pattern PROGRAM =
      Pattern.compile("[A-Za-z0-9._-]{1," + MAX_PROGRAM_LENGTH + "}");

  /** A part of a {@code User-Agent} and what it stands for. */
  private record NamedMark(String mark, String name) {}

  static SessionClient of(ClientDescription client) {
    return new SessionClient(
        client.userAgent().flatMap(SessionClient::findName).orElse(null),
        client.address().displayText());
  }

  private static Optional<String> findName(String userAgent) {
    Optional<String> browser = findFirst(BROWSERS, userAgent);
    if (browser.isEmpty()) {
      Matcher program = PROGRAM.matcher(userAgent);
      return program.lookingAt() ? Optional.of(program.group()) : Optional.empty();
    }
    return findFirst(SYSTEMS, userAgent)
        .map(system -> browser.get() + ", " + system)
        .or(() -> browser);
  }

  private static Optional<String> findFirst(List<NamedMark> marks, String userAgent) {
    return marks.stream()
        .filter(each -> userAgent.contains(each.mark))
        .map(NamedMark::name)
        .findFirst();
  }
}
