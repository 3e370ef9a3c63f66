package io.bookbell.server.web;

import java.time.Duration;

/** The cookies that this server sets: for itself alone, out of the reach of scripts. */
public final class Cookies {
  /** Says on which device somebody has signed in before; see {@code KnownDevices}. */
  public static final String DEVICE = "bookbell_device";

  private static final Duration DEVICE_LIFE = Duration.ofDays(365);

  private Cookies() {}

  /** Hands out a session, or counts its life from now. */
  public static String session(String token, Duration life, boolean secure) {
    return cookie(Credentials.COOKIE, token, life, secure);
  }

  public static String endedSession(boolean secure) {
    return cookie(Credentials.COOKIE, "", Duration.ZERO, secure);
  }

  public static String device(String value, boolean secure) {
    return cookie(DEVICE, value, DEVICE_LIFE, secure);
  }

  /**
   * A {@code Set-Cookie} header.
   *
   * @param secure whether the browser may send the cookie over TLS only
   */
  private static String cookie(String name, String value, Duration life, boolean secure) {
    return "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s"
        .formatted(name, value, life.toSeconds(), secure ? "; Secure" : "");
  }
}
