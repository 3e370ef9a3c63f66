package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * A hash of one of Argon2's variants with any parameters, in the usual form {@code
 * $argon2id$v=19$m=…,t=…,p=…$salt$hash} or in Django's, which has {@code argon2} in front.
 */
final class Argon2Hash implements StoredHash {
  /** What fits beside everything else into a small heap. */
  private static final int MAX_KIB = 128 * 1024;

  /** The memory times the passes, which is what takes time: about a second. */
  private static final long MAX_WORK = 1024 * 1024;

  private static final int MAX_PASSES = 64;
  private static final int MAX_LANES = 64;

  private static final Pattern FORM =
      Pattern.compile(
          "(?:argon2)?\\$argon2(?<variant>id|i|d)\\$(?:v=(?<version>16|19)\\$)?"
              + "m=(?<kib>\\d{1,7}),t=(?<passes>\\d{1,3}),p=(?<lanes>\\d{1,3})"
              + "\\$(?<salt>[A-Za-z0-9+/]{8,172})\\$(?<hash>[A-Za-z0-9+/]{22,172})=*");

  private final Argon2Parameters parameters;
  private final byte[] hash;

  private Argon2Hash(Argon2Parameters parameters, byte[] hash) {
    this.parameters = parameters;
    this.hash = hash;
  }

  static Optional<Argon2Hash> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    int kib = Integer.parseInt(form.group("kib"));
    int passes = Integer.parseInt(form.group("passes"));
    int lanes = Integer.parseInt(form.group("lanes"));
    if (kib > MAX_KIB
        || kib < 8 * lanes
        || passes < 1
        || passes > MAX_PASSES
        || (long) kib * passes > MAX_WORK
        || lanes < 1
        || lanes > MAX_LANES) {
      return Optional.empty();
    }
    var parameters =
        new Argon2Parameters.Builder(variant(form.group("variant")))
            .withVersion(
                form.group("version") == null
                    ? Argon2Parameters.ARGON2_VERSION_10
                    : Integer.parseInt(form.group("version")))
            .withMemoryAsKB(kib)
            .withIterations(passes)
            .withParallelism(lanes);
    try {
      return Optional.of(
          new Argon2Hash(
              parameters.withSalt(Base64.getDecoder().decode(form.group("salt"))).build(),
              Base64.getDecoder().decode(form.group("hash"))));
    } catch (IllegalArgumentException e) { // a length that no bytes have
      return Optional.empty();
    }
  }

  private static int variant(String name) {
    return switch (name) {
      case "d" -> Argon2Parameters.ARGON2_d;
      case "i" -> Argon2Parameters.ARGON2_i;
      default -> Argon2Parameters.ARGON2_id;
    };
  }

  @Override
  public boolean matches(String password) {
    var generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] computed = new byte[hash.length];
    generator.generateBytes(password.getBytes(UTF_8), computed);
    return MessageDigest.isEqual(hash, computed);
  }
}
