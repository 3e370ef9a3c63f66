package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hashes that other programs have made: Python's hashlib and libxcrypt. */
class StoredHashTest {
  private static final String PASSWORD = "twelve red äpples";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2a$05$abcdefghijklmnopqrstuuQrgvCiGVc19m943FEkJhnbu3ZgYgfAa",
        "$2b$05$abcdefghijklmnopqrstuuQrgvCiGVc19m943FEkJhnbu3ZgYgfAa",
        "$2y$05$abcdefghijklmnopqrstuuQrgvCiGVc19m943FEkJhnbu3ZgYgfAa",
        "bcrypt$$2b$05$abcdefghijklmnopqrstuuQrgvCiGVc19m943FEkJhnbu3ZgYgfAa",
        "bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuX2x1Ia5CscOHfEN21y8VbN40R8g/dpm",
        "pbkdf2_sha256$1000$seasalt2$Ga8IGPkdc0VIdhOzhvyY5Ty+KIfD6tb9iGZqlVKywSs=",
        "pbkdf2_sha1$1000$seasalt2$9ijdDHtwerz8v2n5Cfm9C2A70z8=",
        "$pbkdf2$1000$./8Bc2FsdHktYnl0ZXM$h985v0uIOWZK2cpSDSeX1/W9Pis",
        "$pbkdf2-sha256$1000$./8Bc2FsdHktYnl0ZXM$54xERh394xbglH/C0fIvvLkJmOupiFvM9yIafTJ3cUA",
        "$pbkdf2-sha512$1000$./8Bc2FsdHktYnl0ZXM$e9tt5lSsHBBZX5G7DpGf.TmJ2Fh6NbHN.AmNovuESywxnlMAQCD7Y05vuuF3..lcdSclmsV6yWLaOC4WcOdJ0A"
      })
  void thePasswordMatchesAndNoOther(String hash) {
    StoredHash stored = StoredHash.parse(hash).orElseThrow();

    assertThat(stored.matches(PASSWORD)).isTrue();
    assertThat(stored.matches(PASSWORD + "!")).isFalse();
    assertThat(stored.matches("")).isFalse();
  }

  /** From the tests of Argon2's reference implementation. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "argon2$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"
      })
  void argon2WithOtherParametersMatches(String hash) {
    StoredHash stored = StoredHash.parse(hash).orElseThrow();

    assertThat(stored.matches("password")).isTrue();
    assertThat(stored.matches("Password")).isFalse();
  }

  @Test
  void bcryptIgnoresWhatFollowsThe72ndByte() {
    StoredHash stored =
        StoredHash.parse("$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe")
            .orElseThrow();

    assertThat(stored.matches("a".repeat(72))).isTrue();
    assertThat(stored.matches("a".repeat(80))).isTrue();
    assertThat(stored.matches("a".repeat(71))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "!",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$2b$31$abcdefghijklmnopqrstuuQrgvCiGVc19m943FEkJhnbu3ZgYgfAa",
        "$2b$05$tooshort",
        "pbkdf2_sha256$99999999$seasalt2$Ga8IGPkdc0VIdhOzhvyY5Ty+KIfD6tb9iGZqlVKywSs=",
        "pbkdf2_sha256$0$seasalt2$Ga8IGPkdc0VIdhOzhvyY5Ty+KIfD6tb9iGZqlVKywSs=",
        "pbkdf2_sha256$2000001$seasalt2$Ga8IGPkdc0VIdhOzhvyY5Ty+KIfD6tb9iGZqlVKywSs=",
        "$argon2id$v=19$m=131073,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "$argon2id$v=19$m=65536,t=17,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$wWKIMhR9ly5"
      })
  void unknownAndExcessiveHashesAreRefused(String hash) {
    assertThat(StoredHash.isSupported(hash)).isFalse();
  }
}
