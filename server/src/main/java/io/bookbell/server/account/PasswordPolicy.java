package io.bookbell.server.account;

import com.nulabinc.zxcvbn.StandardDictionaries;
import com.nulabinc.zxcvbn.StandardKeyboards;
import com.nulabinc.zxcvbn.Zxcvbn;
import com.nulabinc.zxcvbn.ZxcvbnBuilder;
import io.bookbell.server.http.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The rules for new passwords: 10 to 200 characters, not containing the user's name or e-mail
 * address, and not easily guessed according to zxcvbn. Thread-safe.
 *
 * <p>Existing passwords aren't checked against it.
 */
public final class PasswordPolicy {
  static final int MIN_LENGTH = 10;
  static final int MAX_LENGTH = 200;

  /** zxcvbn's scores range from 0 to 4; 2 means at least a million guesses. */
  private static final int MIN_SCORE = 2;

  /**
   * Only this many characters are scored, because the time for scoring grows faster than the
   * length.
   */
  private static final int JUDGED = 64;

  /** Shorter parts of names occur in too many words. */
  private static final int MIN_PART_LENGTH = 4;

  private PasswordPolicy() {}

  /**
   * Validates a new password.
   *
   * @param field the field of the request that contains it
   * @throws Problem 400 when it violates the policy
   */
  static void requireValid(String field, AccountRequestParser.AccountRequest accountRequest) {
    findViolation(accountRequest.password(), accountRequest.email(), accountRequest.displayName())
        .ifPresent(
            breach -> {
              throw Problem.validationFailed(field, breach);
            });
  }

  /**
   * Returns the violation, phrased to follow “The password”; empty if the password is acceptable.
   */
  public static Optional<String> findViolation(String password, String email, String displayName) {
    String typed = PasswordHasher.normalizeNfc(password);
    int length = typed.codePointCount(0, typed.length());
    if (length < MIN_LENGTH || password.length() > MAX_LENGTH) {
      return Optional.of("must have " + MIN_LENGTH + " to " + MAX_LENGTH + " characters");
    }
    List<String> own = personalWords(email, displayName);
    String folded = typed.toLowerCase(Locale.ROOT);
    if (own.stream().anyMatch(folded::contains)) {
      return Optional.of("must not contain the name or the e-mail address");
    }
    String judged = typed.substring(0, Math.min(typed.length(), JUDGED));
    return ZxcvbnHolder.ZXCVBN.measure(judged, own).getScore() < MIN_SCORE
        ? Optional.of("is too easy to guess")
        : Optional.empty();
  }

  private static List<String> personalWords(String email, String displayName) {
    var words = new ArrayList<String>();
    words.add(email);
    words.add(email.substring(0, Math.max(0, email.indexOf('@'))));
    words.add(displayName.replaceAll("\\s+", ""));
    words.addAll(List.of(displayName.split("\\s+")));
    return words.stream()
        .map(word -> PasswordHasher.normalizeNfc(word).toLowerCase(Locale.ROOT))
        .filter(word -> word.length() >= MIN_PART_LENGTH)
        .distinct()
        .toList();
  }

  /** Loads zxcvbn on first use, because its dictionaries take several megabytes. */
  private static final class ZxcvbnHolder {
    static final Zxcvbn ZXCVBN = createZxcvbn();

    private static Zxcvbn createZxcvbn() {
      try {
        return new ZxcvbnBuilder()
            .dictionaries(StandardDictionaries.loadAllDictionaries())
            .keyboards(StandardKeyboards.loadAllKeyboards())
            .build();
      } catch (IOException e) {
        throw new UncheckedIOException("the lists of common passwords cannot be read", e);
      }
    }
  }
}
