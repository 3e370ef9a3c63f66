package io.bookbell.server.network;

import java.net.IDN;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The origin of a web page in normalized form: lower case, without the default port, and without a
 * trailing dot after the host. Immutable.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a name, or an IP address, in brackets if it contains colons
 */
public record WebOrigin(String scheme, String host, int port) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;
  private static final int HIGHEST_PORT = 65_535;
  private static final int MAX_HOST_LENGTH = 253;

  private static final Pattern ORIGIN =
      Pattern.compile("(https?)://([^/?#@]+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[^\\[\\]:]+)(?::([0-9]{0,5}))?");

  /** Host names may not contain underscores by the standard, but many internal names do. */
  private static final Pattern NAME =
      Pattern.compile(
          "[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*+");

  /**
   * Characters with which a name is another one for browsers than for Java, which knows only IDNA
   * 2003: ß, ς, and the invisible joiners.
   */
  private static final String DEVIATIONS = "\u00DF\u1E9E\u03C2\u200C\u200D";

  /** Parses the value of an {@code Origin} header. */
  public static Optional<WebOrigin> parse(String text) {
    Matcher parts = ORIGIN.matcher(text);
    return parts.matches() ? of(parts.group(1), parts.group(2)) : Optional.empty();
  }

  /**
   * Creates an origin.
   *
   * @param authority a host with an optional port, as in a {@code Host} header
   */
  public static Optional<WebOrigin> of(String scheme, String authority) {
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String lower = scheme.toLowerCase(Locale.ROOT);
    String digits = parts.group(2);
    int port = digits == null || digits.isEmpty() ? defaultPort(lower) : Integer.parseInt(digits);
    return port < 1 || port > HIGHEST_PORT
        ? Optional.empty()
        : normalizeHost(parts.group(1)).map(host -> new WebOrigin(lower, host, port));
  }

  /** Whether the authority contains a port. */
  static boolean hasPort(String authority) {
    Matcher parts = AUTHORITY.matcher(authority);
    return parts.matches() && parts.group(2) != null && !parts.group(2).isEmpty();
  }

  /**
   * Like {@link #of(String, String)}, with a port that a proxy reports separately from the host.
   */
  public static Optional<WebOrigin> of(String scheme, String authority, Optional<String> port) {
    Optional<WebOrigin> origin = of(scheme, authority);
    if (port.isEmpty() || hasPort(authority) || !port.get().matches("[0-9]{1,5}")) {
      return origin;
    }
    int number = Integer.parseInt(port.get());
    return origin.map(
        found ->
            number < 1 || number > HIGHEST_PORT || number == otherDefaultPort(found.scheme)
                ? found
                : new WebOrigin(found.scheme, found.host, number));
  }

  /**
   * The other scheme's default port belongs to a hop between proxies: nobody serves HTTPS on port
   * 80.
   */
  private static int otherDefaultPort(String scheme) {
    return defaultPort(scheme) == HTTPS ? HTTP : HTTPS;
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? HTTPS : HTTP;
  }

  private static Optional<String> normalizeHost(String text) {
    if (text.startsWith("[")) {
      Optional<InetAddress> address = IpAddresses.parse(text);
      return address.map(found -> "[" + IpAddresses.formatAddress(found) + "]");
    }
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    String ascii = toAscii(name).toLowerCase(Locale.ROOT);
    return ascii.length() <= MAX_HOST_LENGTH && NAME.matcher(ascii).matches()
        ? Optional.of(ascii)
        : Optional.empty();
  }

  private static String toAscii(String name) {
    if (name.length() > MAX_HOST_LENGTH
        || name.chars().allMatch(c -> c < 0x80)
        || name.chars().anyMatch(c -> DEVIATIONS.indexOf(c) >= 0)) {
      return name; // matches NAME, or doesn't
    }
    try {
      return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
    } catch (IllegalArgumentException e) {
      return name; // doesn't match NAME either
    }
  }

  /** Whether the scheme is {@code https}. */
  public boolean isSecure() {
    return scheme.equals("https");
  }

  /** Whether the port is the default of the scheme. */
  public boolean hasDefaultPort() {
    return port == defaultPort(scheme);
  }

  /** Whether the port is 80 or 443, regardless of the scheme. */
  public boolean hasWebPort() {
    return port == HTTP || port == HTTPS;
  }

  /** The form that browsers send. */
  @Override
  public String toString() {
    return scheme + "://" + host + (hasDefaultPort() ? "" : ":" + port);
  }
}
