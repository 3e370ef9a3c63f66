package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * A PBKDF2 hash in Django's form, {@code pbkdf2_sha256$iterations$salt$hash} with the salt as text,
 * or in passlib's, {@code $pbkdf2-sha256$iterations$salt$hash} in its own variant of Base64.
 */
final class Pbkdf2Hash implements StoredHash {
  private static final int MAX_ITERATIONS = 2_000_000;
  private static final int MIN_LENGTH = 16;

  private static final Pattern DJANGO =
      Pattern.compile(
          "pbkdf2_(?<algorithm>sha1|sha256|sha512)\\$(?<iterations>\\d{1,7})"
              + "\\$(?<salt>[^$]{1,200})\\$(?<hash>[A-Za-z0-9+/]{20,100}={0,2})");

  private static final Pattern PASSLIB =
      Pattern.compile(
          "\\$pbkdf2(?:-(?<algorithm>sha256|sha512))?\\$(?<iterations>\\d{1,7})"
              + "\\$(?<salt>[A-Za-z0-9./]{0,200})\\$(?<hash>[A-Za-z0-9./]{20,100})");

  /** One of {@code sha1}, {@code sha256} and {@code sha512}. */
  private final String algorithm;

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;

  private Pbkdf2Hash(String algorithm, int iterations, byte[] salt, byte[] hash) {
    this.algorithm = algorithm;
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  static Optional<Pbkdf2Hash> parse(String text) {
    Matcher django = DJANGO.matcher(text);
    if (django.matches()) {
      return create(
          django.group("algorithm"),
          django.group("iterations"),
          django.group("salt").getBytes(UTF_8),
          django.group("hash"));
    }
    Matcher passlib = PASSLIB.matcher(text);
    if (passlib.matches()) {
      String algorithm = passlib.group("algorithm");
      return decode(passlib.group("salt").replace('.', '+'))
          .flatMap(
              salt ->
                  create(
                      algorithm == null ? "sha1" : algorithm,
                      passlib.group("iterations"),
                      salt,
                      passlib.group("hash").replace('.', '+')));
    }
    return Optional.empty();
  }

  private static Optional<Pbkdf2Hash> create(
      String algorithm, String iterations, byte[] salt, String hash) {
    int count = Integer.parseInt(iterations);
    return decode(hash)
        .filter(bytes -> bytes.length >= MIN_LENGTH && count >= 1 && count <= MAX_ITERATIONS)
        .map(bytes -> new Pbkdf2Hash(algorithm, count, salt, bytes));
  }

  private static Optional<byte[]> decode(String base64) {
    try {
      return Optional.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) { // a length that no bytes have
      return Optional.empty();
    }
  }

  @Override
  public boolean matches(String password) {
    var generator = new PKCS5S2ParametersGenerator(digest());
    generator.init(password.getBytes(UTF_8), salt, iterations);
    var key = (KeyParameter) generator.generateDerivedMacParameters(8 * hash.length);
    return MessageDigest.isEqual(hash, key.getKey());
  }

  private Digest digest() {
    return switch (algorithm) {
      case "sha1" -> new SHA1Digest();
      case "sha512" -> new SHA512Digest();
      default -> SHA256Digest.newInstance();
    };
  }
}
