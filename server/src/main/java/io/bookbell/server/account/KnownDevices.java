package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.INSTALLATION;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Hmac;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Recognises browsers in which somebody has signed in before, by a signed cookie, so that who
 * guesses at an account's password from elsewhere cannot lock its owner out. Thread-safe: it keeps
 * nothing between calls.
 *
 * <p>The cookie opens nothing: whoever holds it may be wrong about one account's password as often
 * as one address may. Its form is {@code device.user.signature}.
 */
public final class KnownDevices {
  private static final int LONGEST = 200;

  /** The value of a cookie for a device on which this user has just signed in. */
  String createCookie(Transaction tx, UserId user) {
    String device = SecretTokens.createToken() + "." + user.value();
    return device + "." + signDevice(tx, device);
  }

  /** The device's own name, if the cookie was signed here, for this user. */
  Optional<String> findDevice(Transaction tx, UserId user, String cookie) {
    int signed = cookie.lastIndexOf('.');
    if (signed < 0 || cookie.length() > LONGEST) {
      return Optional.empty();
    }
    String device = cookie.substring(0, signed);
    byte[] expected = signDevice(tx, device).getBytes(UTF_8);
    boolean ours = MessageDigest.isEqual(expected, cookie.substring(signed + 1).getBytes(UTF_8));
    return ours && device.endsWith("." + user.value()) ? Optional.of(device) : Optional.empty();
  }

  private static String signDevice(Transaction tx, String device) {
    return Hmac.hexDigest(loadOrCreateKey(tx), "device " + device);
  }

  /** What this installation signs with; made at the first sign-in. */
  private static String loadOrCreateKey(Transaction tx) {
    Optional<String> stored = findKey(tx);
    if (stored.isPresent()) {
      return stored.get();
    }
    tx.sql()
        .update(INSTALLATION)
        .set(INSTALLATION.DEVICE_KEY, SecretTokens.createToken())
        .where(INSTALLATION.DEVICE_KEY.isNull())
        .execute();
    return findKey(tx).orElseThrow();
  }

  private static Optional<String> findKey(Transaction tx) {
    return tx.sql()
        .select(INSTALLATION.DEVICE_KEY)
        .from(INSTALLATION)
        .fetchOptional(INSTALLATION.DEVICE_KEY);
  }
}
