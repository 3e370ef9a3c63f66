package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.activity.ActivityTexts;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.inbox.MessageTexts;
import io.bookbell.server.notification.NotificationTexts;
import io.bookbell.server.storage.StoredTexts;
import io.bookbell.server.storage.StoredTexts.StoredText;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two nodes go through the same texts without overwriting what the other one has written. */
class NameErasureTest {
  private static final String WAITING =
      """
      SELECT count(*) AS amount
      FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'""";

  @TempDir Path folder;

  private TestServer first;
  private TestServer second;
  private Cast cast;

  @BeforeEach
  void start() {
    ServerConfig serverConfig = TestServer.config(TestDatabase.POSTGRESQL.create(folder));
    first = TestServer.demo(serverConfig);
    second = TestServer.with(serverConfig);
    cast = first.cast();
  }

  @AfterEach
  void stop() {
    second.close();
    first.close();
  }

  static List<StoredTexts> kinds() {
    return List.of(new ActivityTexts(), new NotificationTexts(), new MessageTexts());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void bothChangesOfOneTextStay(StoredTexts texts) {
    cast.supporter().ask(cast.creator(), "Lefty Righty");

    change(
        texts,
        "Lefty",
        () -> second.database().write(tx -> changeTexts(tx, texts, "Righty", () -> {})));

    assertThat(jsonOf(texts)).anyMatch(json -> json.contains("LEFTY RIGHTY"));
    assertThat(jsonOf(texts)).noneMatch(json -> json.contains("Lefty") || json.contains("Righty"));
  }

  @Test
  void whatRetentionHasEmptiedStaysEmpty() {
    cast.supporter().ask(cast.creator(), "Lefty Righty");

    change(
        new MessageTexts(),
        "Lefty",
        () -> second.database().write(tx -> tx.update("UPDATE message SET body = ''") > 0));

    assertThat(jsonOf(new MessageTexts())).isEmpty();
  }

  @Test
  void twoPeopleLeaveAtOnce() {
    Person ada = rename(cast.supporter(), "Ada Q. Unmistakable");
    Person member = rename(cast.team(), "Grace Q. Unmistakable");
    long request = ada.ask(cast.creator(), "Emma");
    String reply = "/api/book-requests/" + request + "/reply";
    member.client().post(reply, Map.of("body", "Soon.")).expect(201);

    for (Person person : List.of(ada, member)) {
      var password = "{\"password\":\"" + TestServer.PASSWORD + "\"}";
      person.client().send("DELETE", "/api/me", password, Map.of()).expect(204);
    }
    var erasures = List.of(eraseNames(first), eraseNames(second));
    erasures.forEach(CompletableFuture::join);

    for (StoredTexts texts : kinds()) {
      assertThat(jsonOf(texts)).noneMatch(json -> json.contains("Unmistakable"));
      assertThat(jsonOf(texts)).anyMatch(json -> json.contains(AccountStore.REMOVED_NAME));
    }
  }

  /** Whoever comes later waits, so many removals don't mean many readings of everything. */
  @Test
  void everyTextIsReadOnceForAllWhoHaveLeft() {
    var counted = new CountedTexts(2 * NameErasure.TEXTS_AT_ONCE + 1);
    var erasure = new NameErasure(List.of(counted));
    Instant now = Instant.now().plus(Duration.ofHours(1)); // not yet for the servers themselves
    queue(erasure, cast.supporter(), now);
    queue(erasure, cast.other(), now);
    assertThat(step(erasure, now)).isTrue();
    queue(erasure, cast.team(), now.plusSeconds(1));

    for (int step = 0; step < 3; step++) {
      assertThat(step(erasure, now)).isTrue();
    }
    assertThat(counted.read).hasSize(counted.total).doesNotHaveDuplicates();

    while (step(erasure, now)) {
      // the last one's
    }
    assertThat(counted.read).hasSize(2 * counted.total);
  }

  private void queue(NameErasure erasure, Person person, Instant now) {
    first
        .database()
        .write(
            tx -> {
              erasure.queueAccount(tx.atTime(now), new UserId(person.id()));
              return true;
            })
        .join();
  }

  private boolean step(NameErasure erasure, Instant now) {
    return first
        .database()
        .write(tx -> erasure.eraseBatch(tx.atTime(now.plus(Duration.ofMinutes(1)))))
        .join();
  }

  private static Person rename(Person person, String name) {
    person.client().patch("/api/me", Map.of("display_name", name)).expect(200);
    return person;
  }

  private static CompletableFuture<Void> eraseNames(TestServer node) {
    var erasure = new NameErasure(kinds());
    Instant later = Instant.now().plus(Duration.ofMinutes(1));
    return CompletableFuture.runAsync(
        () -> {
          while (node.database().write(tx -> erasure.eraseBatch(tx.atTime(later))).join()) {
            // the next step
          }
        });
  }

  /** Changes a word on the first node, and does something else between reading and writing. */
  private void change(StoredTexts texts, String word, Supplier<CompletableFuture<Boolean>> other) {
    var begun = new AtomicBoolean();
    var running = new ArrayList<CompletableFuture<Boolean>>();
    Runnable between =
        () -> {
          if (begun.compareAndSet(false, true)) {
            running.add(other.get());
            await().until(() -> running.getFirst().isDone() || somebodyWaits());
          }
        };
    first.database().write(tx -> changeTexts(tx, texts, word, between)).join();
    assertThat(running.getFirst().join()).isTrue();
  }

  private static boolean changeTexts(
      Transaction tx, StoredTexts texts, String word, Runnable between) {
    List<StoredText> found = texts.readAfter(tx, 0, 100_000);
    between.run();
    for (StoredText text : found) {
      if (text.json().contains(word)) {
        String json = text.json().replace(word, word.toUpperCase(Locale.ROOT));
        texts.replaceText(tx, new StoredText(text.id(), json));
      }
    }
    return true;
  }

  private boolean somebodyWaits() {
    return first.database().read(tx -> tx.query(WAITING).single(row -> row.getInt("amount"))).join()
        > 0;
  }

  private List<String> jsonOf(StoredTexts texts) {
    return first
        .database()
        .write(tx -> texts.readAfter(tx, 0, 100_000).stream().map(StoredText::json).toList())
        .join();
  }

  /** Texts without names, and what was read of them. */
  private static final class CountedTexts implements StoredTexts {
    final int total;
    final List<Long> read = new ArrayList<>();

    CountedTexts(int total) {
      this.total = total;
    }

    @Override
    public List<StoredText> readAfter(Transaction tx, long after, int limit) {
      List<StoredText> batch =
          LongStream.rangeClosed(after + 1, Math.min(total, after + limit))
              .mapToObj(id -> new StoredText(id, "{}"))
              .toList();
      batch.forEach(text -> read.add(text.id()));
      return batch;
    }

    @Override
    public void replaceText(Transaction tx, StoredText text) {
      throw new IllegalStateException("has no name");
    }
  }
}
