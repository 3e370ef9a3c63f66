package io.bookbell.server.network;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URL at which clients reach this server: an origin, and the path under which it is served.
 * Immutable.
 *
 * @param path empty, or for example {@code /books}
 */
public record PublicUrl(WebOrigin origin, String path) {
  private static final Pattern URL =
      Pattern.compile(
          "(https?://[^/?#]+)((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)/?", Pattern.CASE_INSENSITIVE);

  public PublicUrl(WebOrigin origin) {
    this(origin, "");
  }

  /** Parses a URL without a query. */
  public static Optional<PublicUrl> parse(String text) {
    Matcher parts = URL.matcher(text);
    return parts.matches()
        ? WebOrigin.parse(parts.group(1)).map(origin -> new PublicUrl(origin, parts.group(2)))
        : Optional.empty();
  }

  public boolean isSecure() {
    return origin.isSecure();
  }

  /** Without a trailing slash. */
  @Override
  public String toString() {
    return origin + path;
  }
}
