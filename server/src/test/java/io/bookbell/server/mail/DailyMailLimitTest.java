package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that whoever has had too many mails sent is told how long that lasts. */
@ParameterizedClass
@EnumSource
class DailyMailLimitTest {
  private static final String NOWHERE = "127.0.0.1";
  private static final int DISCARD_PORT = 9;

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private TestServer server;
  private Cast cast;

  @BeforeEach
  void start() {
    ServerConfig usual = TestServer.config(kind.create(folder));
    server =
        TestServer.with(
            usual
                .withMail(
                    new MailConfig(
                        NOWHERE,
                        DISCARD_PORT,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        "Bookbell <books@books.test>"))
                .withReach(
                    new PublicAccessConfig(
                        PublicUrl.parse("https://books.test"),
                        List.of(),
                        List.of(),
                        Optional.empty())));
    cast = server.cast();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theWaitEndsWhenEnoughMailsAreADayOld() {
    for (int batch = 0; batch < 4; batch++) {
      invite("batch" + batch, 50, 202);
    }
    age("batch0-1@home.test", Duration.ofHours(23));
    age("batch0-2@home.test", Duration.ofHours(20));

    assertThat(secondsToWait(1)).isBetween(3_500L, 3_601L);
    assertThat(secondsToWait(2)).isBetween(4 * 3_500L, 4 * 3_600L + 1);
    assertThat(secondsToWait(3)).isBetween(86_000L, 86_401L);

    age("batch0-1@home.test", Duration.ofHours(25));
    invite("late", 1, 202);
  }

  private long secondsToWait(int people) {
    return invite("more", people, 429);
  }

  /** Returns the seconds of the header Retry-After, or 0. */
  private long invite(String name, int people, int status) {
    Person mara = cast.creator();
    List<String> emails =
        IntStream.range(0, people).mapToObj(i -> name + "-" + i + "@home.test").toList();
    var invitation =
        Map.of(
            "creator_id", mara.id(), "kind", "supporter", "tier_id", cast.tier(), "emails", emails);
    return mara.client()
        .post("/api/invitations/mail", invitation)
        .expect(status)
        .raw()
        .headers()
        .firstValueAsLong("Retry-After")
        .orElse(0);
  }

  private void age(String address, Duration age) {
    Instant then = Instant.now().minus(age);
    server
        .database()
        .write(
            tx ->
                tx.update("UPDATE news_target SET created_at = ? WHERE address = ?", then, address))
        .join();
  }
}
