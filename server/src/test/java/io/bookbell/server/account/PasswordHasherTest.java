package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.account.PasswordHasher.HashRequest;
import io.bookbell.server.account.PasswordHasher.PasswordVerdict;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PasswordHasherTest {
  /** Takes far longer than one of our own. */
  private static final String SLOW =
      "pbkdf2_sha256$1000000$seasalt2$Ga8IGPkdc0VIdhOzhvyY5Ty+KIfD6tb9iGZqlVKywSs=";

  @Test
  void nobodyWaitsForImportedHashesOfOthers() {
    try (var hasher = new PasswordHasher()) {
      var imported =
          IntStream.range(0, 4)
              .mapToObj(
                  client -> hasher.verifyPassword(from("at " + client), "x", Optional.of(SLOW)))
              .toList();
      CompletableFuture<PasswordVerdict> unknown =
          hasher.verifyPassword(from("elsewhere"), "x", Optional.empty());

      assertThat(unknown.join()).isEqualTo(PasswordVerdict.WRONG);
      assertThat(imported.getLast()).isNotDone();
    }
  }

  private static HashRequest from(String client) {
    return new HashRequest(client, new CompletableFuture<>());
  }
}
