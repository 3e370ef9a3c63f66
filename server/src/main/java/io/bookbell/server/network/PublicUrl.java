package io.bookbell.server.network;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where people reach this server: an origin, and the path under which it is served there.
 * Immutable.
 *
 * @param path empty, or such as {@code /books}
 */
public record PublicUrl(WebOrigin origin, String path) {
  private static final Pattern URL =
      Pattern.compile(
          "(https?://[^/?#]+)((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)/?", Pattern.CASE_INSENSITIVE);

  public PublicUrl(WebOrigin origin) {
    this(origin, "");
  }

  /** Reads an address without a query. */
  public static Optional<PublicUrl> parse(String text) {
    Matcher parts = URL.matcher(text);
    return parts.matches()
        ? WebOrigin.parse(parts.group(1)).map(origin -> new PublicUrl(origin, parts.group(2)))
        : Optional.empty();
  }

  public boolean isSecure() {
    return origin.isSecure();
  }

  /** Without a slash at the end. */
  @Override
  public String toString() {
    return origin + path;
  }
}
