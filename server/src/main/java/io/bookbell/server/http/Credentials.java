package io.bookbell.server.http;

import java.util.Optional;

/** Something sent with a request that says who sends it. Immutable. */
public sealed interface Credentials {
  /** The beginning of every key, by which scanners for leaked secrets recognise them. */
  String KEY_PREFIX = "bbk_";

  /**
   * Whether browsers or proxies add it by themselves, so that a request that changes something must
   * come from an allowed origin.
   */
  boolean isAmbient();

  /**
   * The token of a session.
   *
   * @param cookie the name of the cookie that carried it; empty for a bearer token
   */
  record SessionToken(String token, Optional<String> cookie) implements Credentials {
    @Override
    public boolean isAmbient() {
      return cookie.isPresent();
    }
  }

  /** The key of a program, which is never in a cookie. */
  record ProgramKey(String key) implements Credentials {
    @Override
    public boolean isAmbient() {
      return false;
    }
  }

  /** A token (JWT) of the site that people come from. */
  record SiteToken(String token, boolean inCookie) implements Credentials {
    @Override
    public boolean isAmbient() {
      return inCookie;
    }
  }

  /**
   * Somebody whom a trusted proxy has signed in.
   *
   * @param user the name that the proxy knows them by
   * @param email the value of the only header that may contain their address
   */
  record ProxyUser(String user, Optional<String> email, Optional<String> displayName)
      implements Credentials {
    @Override
    public boolean isAmbient() {
      return true;
    }
  }
}
