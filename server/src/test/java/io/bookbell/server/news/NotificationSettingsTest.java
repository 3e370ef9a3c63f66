package io.bookbell.server.news;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what a person's notification settings keep and refuse. */
@ParameterizedClass
@EnumSource
class NotificationSettingsTest {
  private static final String SETTINGS = "/api/me/notification-settings";

  @Parameter TestDatabase kind;
  @TempDir Path folder;
  private TestServer server;
  private Person person;

  @BeforeEach
  void start() {
    server = TestServer.empty(kind, folder);
    person = server.cast().supporter();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void settingsThatAreSentBackAsTheyWereReadKeepTheTimeZone() {
    put("{\"digest\":\"daily\",\"quiet\":{\"time_zone\":\"Asia/Tokyo\"}}");
    put(person.client().get(SETTINGS).expect(200).body().toString());
    assertThat(timeZone()).isEqualTo("Asia/Tokyo");

    put("{\"digest\":\"daily\",\"quiet\":{\"time_zone\":\"Europe/Berlin\"}}");
    assertThat(timeZone()).isEqualTo("Europe/Berlin");
  }

  private void put(String settings) {
    person.client().send("PUT", SETTINGS, settings, Map.of()).expect(200);
  }

  private String timeZone() {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT time_zone FROM news_preference WHERE user_id = ?", person.id())
                    .single(row -> row.getString("time_zone")))
        .join();
  }

  @Test
  void aTestIsOnlySentToAChannel() {
    long once =
        server
            .database()
            .write(
                tx ->
                    new NewsTargetStore()
                        .create(
                            tx,
                            NewTarget.once(
                                new UserId(person.id()), NewsKind.MAIL, "victim@example.test"))
                        .id())
            .join();
    person.client().post(SETTINGS + "/test", Map.of("channel", once)).expect(404);
  }
}
