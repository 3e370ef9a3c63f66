package io.bookbell.server.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** All settings. Each can be set in the environment or in {@code bookbell.properties}. */
public enum Setting {
  PORT("8080", "the port to listen on; 0 takes a free one"),
  HOST("127.0.0.1", "the address to listen on; 0.0.0.0 for all"),
  DATA("./data", "the folder of SQLite's file"),
  DATABASE_URL("SQLite in BOOKBELL_DATA", "postgresql://user:password@host/db to use PostgreSQL"),
  DATABASE_USER("", "the PostgreSQL user, where the address does not name it"),
  DATABASE_PASSWORD("", "the PostgreSQL user's password, where the address does not have it"),
  DATABASE_SCHEMA("public", "the PostgreSQL schema of Bookbell's tables, beside those of others"),
  REDIS_URL("one node", "redis://host:6379 where several nodes share one PostgreSQL"),
  REDIS_PREFIX("bookbell", "prefix of every name Bookbell uses on Redis"),
  LEGACY_CHANNEL("none", "the replaced system's Redis channel, while both systems run"),
  LEGACY_QUOTA("false", "true to share that system's counter, in the same PostgreSQL database"),
  LEGACY_MAPPING("its own tables", "a file with the statements consume and refund for others"),
  PUBLIC_URL("as each request says", "how people reach this server, such as https://books.example"),
  ALLOWED_ORIGINS(
      "the public URL", "origins of further pages that may use the API, separated by commas"),
  JWT_SECRET("none", "the secret of HS256 that checks the tokens (JWT) of another site"),
  JWT_JWKS_URL("none", "the keys that check them instead, such as https://site.example/jwks.json"),
  JWT_ISSUER("any", "the issuer that tokens must name"),
  JWT_AUDIENCE("any", "the audience that tokens must name"),
  JWT_CLAIM("sub", "the claim with the user's id; email for one with the address"),
  JWT_COOKIE("none", "the cookie that carries the token, beside the Authorization header"),
  AUTH_HEADER("none", "the header in which a trusted proxy names the user, such as Remote-User"),
  AUTH_EMAIL_HEADER(
      "none", "the header in which that proxy gives the user's address, such as Remote-Email"),
  AUTH_NAME_HEADER("Remote-Name", "the header in which that proxy gives the user's name"),
  COOKIE_NAME(
      "bookbell_session, and the public URL's port unless it is 80 or 443",
      "the name of the session's cookie, where installations share a host"),
  TRUSTED_PROXIES(
      "none",
      "addresses and ranges of the proxies in front, such as 127.0.0.1, 10.0.0.0/8, fd00::/8"),
  TRUST_PROXY(
      "false",
      "older form of BOOKBELL_TRUSTED_PROXIES: true trusts loopback and private addresses"),
  MAX_CONNECTIONS_PER_USER("20", "how many sockets one user may have open"),
  INBOX_DAYS("30", "how long messages are kept for devices that are offline"),
  OIDC_ISSUER(
      "none",
      "an OpenID Connect provider, such as https://id.example; further ones: BOOKBELL_OIDC_2_ISSUER"
          + " and so on, up to 9"),
  OIDC_CLIENT_ID("", "the name under which the provider knows this Bookbell"),
  OIDC_CLIENT_SECRET("none", "the secret that goes with it"),
  OIDC_SCOPES("openid email profile", "what to ask the provider for"),
  OIDC_NAME("the issuer's host", "what the provider's button says"),
  OIDC_AUTO_JOIN(
      "by invitation only", "CREATOR_ID:TIER_ID, which newcomers from the provider join"),
  OPEN_LIBRARY_URL("https://openlibrary.org", "where books are looked up; off for no book search"),
  CONTACT("none", "your e-mail or web address; with it, Open Library allows more searches"),
  PATREON_CLIENT_ID("no Patreon", "the id of the client registered at Patreon"),
  PATREON_CLIENT_SECRET("", "its secret, which also encrypts the stored tokens"),
  PATREON_URL("https://www.patreon.com", "where Patreon's API is"),
  SMTP_URL("no mail", "the mail server, such as smtps://user:password@mail.example:465"),
  MAIL_FROM("none", "the sender of mails, such as Bookbell <books@books.example>"),
  WEBHOOK_PRIVATE(
      "false",
      "true lets webhooks and other addresses of users be in private networks, such as 192.168.0.0/16"),
  METRICS_PORT("BOOKBELL_PORT", "a port of its own for /metrics"),
  DRAIN_SECONDS("4", "over how many seconds clients reconnect after this node goes down"),
  RATE_LIMITS("true", "false to turn off all rate limits, for a load test"),
  LOG("info", "debug, info, warn or error; debug adds stack traces"),
  IO_URING("true", "false to turn off Linux's io_uring, which makes large broadcasts cheaper");

  private final String usual;
  private final String purpose;

  Setting(String usual, String purpose) {
    this.usual = usual;
    this.purpose = purpose;
  }

  /** The name of the environment variable, and the key in the file. */
  public String variableName() {
    return "BOOKBELL_" + name();
  }

  /** A description of the default, for the help text. */
  public String defaultText() {
    return usual;
  }

  public String description() {
    return purpose;
  }

  static Optional<Setting> findByName(String key) {
    return Arrays.stream(values())
        .filter(setting -> setting.variableName().equals(key))
        .findFirst();
  }

  /** The setting whose name takes the fewest changed characters to become this one. */
  static Setting findNearest(String key) {
    String name = key.toUpperCase(Locale.ROOT);
    return Arrays.stream(values())
        .min(Comparator.comparingInt(setting -> editDistance(setting.variableName(), name)))
        .orElseThrow();
  }

  /** The number of characters to insert, remove or replace, after Levenshtein. */
  private static int editDistance(String one, String other) {
    int[] above = IntStream.rangeClosed(0, other.length()).toArray();
    for (int row = 1; row <= one.length(); row++) {
      int[] current = new int[above.length];
      current[0] = row;
      for (int column = 1; column < above.length; column++) {
        int replaced = one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(
                above[column - 1] + replaced, 1 + Math.min(above[column], current[column - 1]));
      }
      above = current;
    }
    return above[other.length()];
  }
}
