package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Hmac;
import io.bookbell.server.storage.Transaction;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Recognizes browsers in which a user has signed in before, by a signed cookie. Guessing passwords
 * from elsewhere therefore can't lock the owner out. Thread-safe and stateless.
 *
 * <p>The cookie doesn't authenticate anybody. It only gives its holder a separate limit on wrong
 * passwords for one account, as large as the limit of one address. Its form is {@code
 * device.user.signature}.
 */
public final class KnownDevices {
  private static final int MAX_LENGTH = 200;

  /** Creates the cookie for a device on which this user has just signed in. */
  String createCookie(Transaction tx, UserId user) {
    String device = SecretTokens.createToken() + "." + user.value();
    return device + "." + signDevice(tx, device);
  }

  /** Returns the device's id if the cookie was signed by this installation for this user. */
  Optional<String> findDevice(Transaction tx, UserId user, String cookie) {
    int signed = cookie.lastIndexOf('.');
    if (signed < 0 || cookie.length() > MAX_LENGTH) {
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

  /** Returns the installation's signing key, which the first sign-in creates. */
  private static String loadOrCreateKey(Transaction tx) {
    Optional<String> stored = findKey(tx);
    if (stored.isPresent()) {
      return stored.get();
    }
    tx.update(
        "UPDATE installation SET device_key = ? WHERE device_key IS NULL",
        SecretTokens.createToken());
    return findKey(tx).orElseThrow();
  }

  private static Optional<String> findKey(Transaction tx) {
    return tx.query("SELECT device_key FROM installation WHERE device_key IS NOT NULL")
        .first(row -> row.getString("device_key"));
  }
}
