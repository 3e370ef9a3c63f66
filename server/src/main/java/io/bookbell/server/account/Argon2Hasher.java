package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.FixedBlockPool;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Computes and checks Argon2id hashes in the usual form {@code
 * $argon2id$v=19$m=…,t=…,p=…$salt$hash}. Thread-safe. Each hash in progress needs 19 MiB, which is
 * pooled and reused.
 *
 * <p>The parameters are OWASP's: 19 MiB, 2 passes, 1 lane. They are part of each hash, so they can
 * be raised without invalidating stored hashes.
 */
final class Argon2Hasher {
  private static final int KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=(?<version>\\d{1,3})\\$m=(?<kib>\\d{1,7}),t=(?<passes>\\d{1,3}),p=(?<lanes>\\d{1,3})"
              + "\\$(?<salt>[A-Za-z0-9+/]+)\\$(?<hash>[A-Za-z0-9+/]+)");

  /** Blocks of 1 KiB. */
  private final FixedBlockPool blocks;

  /**
   * Creates a hasher.
   *
   * @param atOnce the number of concurrent hashes for which memory is pooled
   */
  Argon2Hasher(int atOnce) {
    blocks = new FixedBlockPool(atOnce * KIB);
  }

  String hashPassword(String password) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    byte[] hash =
        computeHash(
            password,
            buildParameters(Argon2Parameters.ARGON2_VERSION_13, KIB, PASSES, LANES, salt),
            HASH_BYTES);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            Argon2Parameters.ARGON2_VERSION_13,
            KIB,
            PASSES,
            LANES,
            base64.encodeToString(salt),
            base64.encodeToString(hash));
  }

  /** Returns whether a hash has this class's form, with parameters that its memory suffices for. */
  static boolean isOwnForm(String hash) {
    Matcher form = FORM.matcher(hash);
    return form.matches()
        && parseGroup(form, "version") == Argon2Parameters.ARGON2_VERSION_13
        && parseGroup(form, "kib") == KIB
        && parseGroup(form, "passes") == PASSES
        && parseGroup(form, "lanes") == LANES;
  }

  /** Returns whether the password matches the hash; false if the hash is malformed. */
  boolean matchesHash(String password, String hash) {
    Matcher form = FORM.matcher(hash);
    if (!form.matches()) {
      return false;
    }
    byte[] expected = Base64.getDecoder().decode(form.group("hash"));
    Argon2Parameters.Builder parameters =
        buildParameters(
            parseGroup(form, "version"),
            parseGroup(form, "kib"),
            parseGroup(form, "passes"),
            parseGroup(form, "lanes"),
            Base64.getDecoder().decode(form.group("salt")));
    return MessageDigest.isEqual(expected, computeHash(password, parameters, expected.length));
  }

  private static int parseGroup(Matcher form, String name) {
    return Integer.parseInt(form.group(name));
  }

  private static Argon2Parameters.Builder buildParameters(
      int version, int kib, int passes, int lanes, byte[] salt) {
    return new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
        .withVersion(version)
        .withMemoryAsKB(kib)
        .withIterations(passes)
        .withParallelism(lanes)
        .withSalt(salt);
  }

  private byte[] computeHash(String password, Argon2Parameters.Builder parameters, int length) {
    var generator = new Argon2BytesGenerator();
    generator.init(parameters.withBlockPool(blocks).build());
    byte[] hash = new byte[length];
    generator.generateBytes(password.getBytes(UTF_8), hash);
    return hash;
  }
}
