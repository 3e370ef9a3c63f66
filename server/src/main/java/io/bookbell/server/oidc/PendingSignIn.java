package io.bookbell.server.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Sha256;
import io.bookbell.server.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in at a provider that has begun. It is kept in a cookie of the browser and nowhere else:
 * state, nonce and PKCE verifier are derived from the whole cookie, which contains 256 random bits.
 * So the answer of a provider is of use only in the browser that asked, and every node can handle
 * it. A browser that changes its own cookie only makes its own sign-in fail. Others may be able to
 * set a cookie in it, such as another server of the same host without TLS: so it is read as
 * something that a stranger wrote, and a provider is added to no other session than the one that
 * asked, whose hash a stranger doesn't know.
 *
 * @param provider the id of the provider
 * @param returnTo the path at which the page continues
 * @param invitation the token of an invitation that a newcomer uses
 * @param asker the session that wants to add the provider to its account, as {@link #markOf}; null
 *     for a sign-in
 */
record PendingSignIn(
    String secret,
    String provider,
    long expiresAt,
    String returnTo,
    @Nullable String invitation,
    @Nullable String asker) {
  /** How long people may take at the provider. */
  static final Duration LIFETIME = Duration.ofMinutes(10);

  static final String HOME = "/";
  private static final Pattern PATH =
      Pattern.compile("/(?:[A-Za-z0-9_-][A-Za-z0-9/_.?=&-]{0,400})?");
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+");
  private static final int MAX_COOKIE_LENGTH = 2_000;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  PendingSignIn {
    requireNonNull(secret);
    requireNonNull(provider);
    if (!isPath(returnTo)) {
      throw new IllegalArgumentException("not a path of the page");
    }
  }

  /** Whether this is a path of the page, which can't lead to another site. */
  static boolean isPath(String text) {
    return PATH.matcher(text).matches();
  }

  private static PendingSignIn begin(
      String provider,
      Instant now,
      String returnTo,
      Optional<String> invitation,
      Optional<String> asker) {
    return new PendingSignIn(
        SecretTokens.createToken(),
        provider,
        now.plus(LIFETIME).toEpochMilli(),
        returnTo,
        invitation.orElse(null),
        asker.orElse(null));
  }

  /** Begins a sign-in. */
  static PendingSignIn toSignIn(
      String provider, Instant now, String returnTo, Optional<String> invitation) {
    return begin(provider, now, returnTo, invitation, Optional.empty());
  }

  /** Begins to add a provider to the caller's account. */
  static PendingSignIn toLink(String provider, Instant now, String returnTo, Caller caller) {
    return begin(provider, now, returnTo, Optional.empty(), Optional.of(markOf(caller)));
  }

  private static String markOf(Caller caller) {
    return Sha256.hexDigest(("link " + caller.session()).getBytes(UTF_8));
  }

  /** Whether a provider is to be added to an account. */
  boolean addsProvider() {
    return asker != null;
  }

  /** Whether the caller's session is the one that wants to add a provider. */
  boolean isAskedBy(Caller caller) {
    return markOf(caller).equals(asker);
  }

  /**
   * The path at which the page continues after the sign-in. Those who had an account and opened an
   * invitation come back to it, where they accept or decline.
   *
   * @param isNew whether the account is new, and has used the invitation
   */
  String pageAfter(boolean isNew) {
    return invitation == null || isNew || !TOKEN.matcher(invitation).matches()
        ? returnTo
        : "/join#" + invitation;
  }

  /** Reads the cookie; empty if it is none of ours or too old. */
  static Optional<PendingSignIn> ofCookie(String cookie, Instant now) {
    if (cookie.length() > MAX_COOKIE_LENGTH) {
      return Optional.empty();
    }
    try {
      String json = new String(Base64.getUrlDecoder().decode(cookie), UTF_8);
      return Optional.ofNullable(Json.readStored(json, PendingSignIn.class))
          .filter(pending -> pending.expiresAt > now.toEpochMilli());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  String toCookie() {
    return ENCODER.encodeToString(Json.writeAsBytes(this));
  }

  /** What the provider returns unchanged. */
  String state() {
    return derive("state");
  }

  /** What the provider puts into the ID token. */
  String nonce() {
    return derive("nonce");
  }

  /** What proves to the provider that the code is redeemed by whoever asked for it. */
  String codeVerifier() {
    return derive("verifier");
  }

  private String derive(String purpose) {
    return ENCODER.encodeToString(Sha256.digestBytes((purpose + " " + toCookie()).getBytes(UTF_8)));
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "PendingSignIn[" + provider + "]";
  }
}
