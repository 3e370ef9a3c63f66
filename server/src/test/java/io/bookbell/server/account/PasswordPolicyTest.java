package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which passwords a new account of Ada Lovelace may have. */
class PasswordPolicyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "twelve red apples",
        "correct horse",
        "long enough",
        "kx8#Lq2pzW",
        "пароль из слов",
        "赤いりんごが十二個ある",
        "🍎🍏🍐🍊🍋🍌🍉🍇🍓🫐"
      })
  void goodPasswordsAreAccepted(String password) {
    assertThat(breach(password)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kx8#Lq2pz", "ü̈", "🍎🍏🍐🍊🍋"})
  void shortPasswordsAreRefused(String password) {
    assertThat(breach(password)).contains("must have 10 to 200 characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1234567890",
        "password123",
        "Password123!",
        "P4ssw0rd!!",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "abcdefghij",
        "iloveyou12",
        "letmein123",
        "passwordpassword",
        "administrator",
        "november2026"
      })
  void passwordsThatAreGuessedFirstAreRefused(String password) {
    assertThat(breach(password)).contains("is too easy to guess");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "the LOVELACE engine",
        "adalovelace 1815",
        "countess of numbers",
        "countess@books.test"
      })
  void passwordsWithTheOwnNameOrAddressAreRefused(String password) {
    assertThat(breach(password)).contains("must not contain the name or the e-mail address");
  }

  @Test
  void aLongPasswordIsJudgedByItsBeginning() {
    assertThat(breach("a4@$ ".repeat(40))).isEqualTo(breach("a4@$ ".repeat(20)));
    assertThat(breach("x".repeat(201))).contains("must have 10 to 200 characters");
  }

  private static Optional<String> breach(String password) {
    return PasswordPolicy.findViolation(password, "countess@books.test", "Ada Lovelace");
  }
}
