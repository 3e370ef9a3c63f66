package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import org.junit.jupiter.api.Test;

class Argon2HasherTest {
  /** The hash of “pässword of old”, by the library that earlier releases used. */
  private static final String EARLIER =
      "$argon2id$v=19$m=19456,t=2,p=1$QeUnUCiia48KPAre7EQySA$mrghZIvFJBIdf5BJCwRrKbGPfugH2sGFwi35qdPOzK8";

  private final Argon2Hasher argon2Hasher = new Argon2Hasher(1);

  @Test
  void hashesOfEarlierVersionsMatch() {
    assertThat(argon2Hasher.matchesHash("pässword of old", EARLIER)).isTrue();
    assertThat(argon2Hasher.matchesHash("pässword of new", EARLIER)).isFalse();
    String decomposed = Normalizer.normalize("pässword of old", Form.NFD);
    assertThat(argon2Hasher.matchesHash(decomposed, EARLIER)).as("it knows bytes alone").isFalse();
  }

  @Test
  void aPasswordHasAnotherHashEachTimeAndMatchesThemAll() {
    String first = argon2Hasher.hashPassword("twelve red apples");
    String second = argon2Hasher.hashPassword("twelve red apples");

    assertThat(first).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").isNotEqualTo(second);
    assertThat(argon2Hasher.matchesHash("twelve red apples", first)).isTrue();
    assertThat(argon2Hasher.matchesHash("twelve red apples", second)).isTrue();
    assertThat(argon2Hasher.matchesHash("twelve red apple", second)).isFalse();
  }

  @Test
  void whatIsNoHashMatchesNothing() {
    for (String stored : new String[] {"", "no hash", "!", EARLIER + "$", EARLIER.substring(1)}) {
      assertThat(argon2Hasher.matchesHash("pässword of old", stored)).as(stored).isFalse();
    }
  }
}
