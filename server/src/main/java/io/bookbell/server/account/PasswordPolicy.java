package io.bookbell.server.account;

import com.nulabinc.zxcvbn.StandardDictionaries;
import com.nulabinc.zxcvbn.StandardKeyboards;
import com.nulabinc.zxcvbn.Zxcvbn;
import com.nulabinc.zxcvbn.ZxcvbnBuilder;
import io.bookbell.server.web.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which passwords new accounts may have: ten characters or more, without the user's own name or
 * e-mail address, and not among those that are guessed first. Thread-safe.
 *
 * <p>Passwords of accounts that exist are not held to it.
 */
public final class PasswordPolicy {
  static final int SHORTEST = 10;
  static final int LONGEST = 200;

  /** zxcvbn's second of five: a million guesses and more. */
  private static final int LEAST_SCORE = 2;

  /** A longer password is judged by its beginning: the time that judging takes grows faster. */
  private static final int JUDGED = 64;

  /** Shorter parts of names are in too many words. */
  private static final int SHORTEST_PART = 4;

  private PasswordPolicy() {}

  /**
   * Holds a password to the rule.
   *
   * @throws Problem 400 when it is broken
   */
  static void requireValid(AccountRequestParser.AccountRequest accountRequest) {
    findViolation(accountRequest.password(), accountRequest.email(), accountRequest.displayName())
        .ifPresent(
            breach -> {
              throw Problem.validationFailed("password", breach);
            });
  }

  /** What is wrong with a password, to be said after “The password”; empty when it is good. */
  public static Optional<String> findViolation(String password, String email, String displayName) {
    String typed = PasswordHasher.normalizeNfc(password);
    int length = typed.codePointCount(0, typed.length());
    if (length < SHORTEST || password.length() > LONGEST) {
      return Optional.of("must have " + SHORTEST + " to " + LONGEST + " characters");
    }
    List<String> own = personalWords(email, displayName);
    String folded = typed.toLowerCase(Locale.ROOT);
    if (own.stream().anyMatch(folded::contains)) {
      return Optional.of("must not contain the name or the e-mail address");
    }
    String judged = typed.substring(0, Math.min(typed.length(), JUDGED));
    return ZxcvbnHolder.ZXCVBN.measure(judged, own).getScore() < LEAST_SCORE
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
        .filter(word -> word.length() >= SHORTEST_PART)
        .distinct()
        .toList();
  }

  /** Made at the first new account: its lists of words take some megabytes. */
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
