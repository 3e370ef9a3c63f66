package io.bookbell.server.storage;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of {@link Database}, on both implementations. */
@ParameterizedClass
@EnumSource
class DatabaseContractTest {
  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private final List<String> happened = new CopyOnWriteArrayList<>();
  private StorageConfig storageConfig;
  private OpenDatabase data;
  private Database database;

  @BeforeEach
  void open() {
    storageConfig = kind.create(folder);
    data = OpenDatabase.forServing(storageConfig);
    database = data.database();
    database
        .write(
            tx ->
                tx.update(
                    "INSERT INTO installation (id, epoch, created_at) VALUES (1, 'epoch', 0)"))
        .join();
  }

  @AfterEach
  void close() {
    data.close();
  }

  @Test
  void whatThrowsLeavesNothingBehind() {
    var refused =
        database.write(
            tx -> {
              tx.afterCommit(() -> happened.add("hook"));
              set(tx, "changed");
              throw new IllegalStateException("refused");
            });

    assertThatThrownBy(refused::join).hasRootCauseMessage("refused");
    assertThat(epoch()).isEqualTo("epoch");
    assertThat(happened).isEmpty();
  }

  @Test
  void hooksRunAfterTheCommitInTheirOrderAndBeforeTheAnswer() {
    database
        .write(
            tx -> {
              set(tx, "changed");
              tx.afterCommit(() -> happened.add("first sees " + epoch()));
              tx.afterCommit(
                  () -> {
                    throw new IllegalStateException("one that fails");
                  });
              tx.afterCommit(() -> happened.add("last"));
              return true;
            })
        .thenRun(() -> happened.add("answer"))
        .join();

    assertThat(happened).containsExactly("first sees changed", "last", "answer");
  }

  @Test
  void aReadSeesOneSnapshot() throws Exception {
    var read = new CountDownLatch(1);
    var written = new CountDownLatch(1);
    CompletableFuture<List<String>> both =
        database.read(
            tx -> {
              String before = get(tx);
              read.countDown();
              await(written);
              return List.of(before, get(tx));
            });
    assertThat(read.await(20, SECONDS)).isTrue();
    write("changed");
    written.countDown();

    assertThat(both.get(20, SECONDS)).containsExactly("epoch", "epoch");
    assertThat(epoch()).isEqualTo("changed");
  }

  @Test
  void aReadThatAsksForMoreThanItSaidSeesOneSnapshotToo() throws Exception {
    var read = new CountDownLatch(1);
    var written = new CountDownLatch(1);
    CompletableFuture<List<String>> both =
        database.readOnce(
            tx -> {
              String before = get(tx);
              read.countDown();
              await(written);
              return List.of(before, get(tx));
            });
    assertThat(read.await(20, SECONDS)).isTrue();
    write("changed");
    written.countDown();

    assertThat(both.get(20, SECONDS)).containsAnyOf("epoch", "changed").hasSize(2);
    assertThat(Set.copyOf(both.join())).hasSize(1);
  }

  @Test
  void whatIsEnqueuedLastIsStored() {
    database
        .write(
            tx -> {
              tx.enqueue("UPDATE installation SET epoch = ?", "enqueued");
              return true;
            })
        .join();

    assertThat(epoch()).isEqualTo("enqueued");
  }

  /** They could be decided together if they locked the same owner's row. */
  @Test
  void commandsWithoutAnOwnerSeeWhatThoseBeforeThemHaveDone() throws Exception {
    var held = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var holder =
        database.write(
            tx -> {
              tx.lockRows("SELECT epoch FROM installation FOR NO KEY UPDATE");
              held.countDown();
              await(go);
              return true;
            });
    assertThat(held.await(20, SECONDS)).isTrue();
    var commands = new ArrayList<CompletableFuture<String>>();
    for (int number = 0; number < 5; number++) {
      commands.add(
          database.writeCommand(
              tx -> {
                tx.lockRows("SELECT epoch FROM installation FOR NO KEY UPDATE");
                String before = get(tx);
                return () -> {
                  set(tx, before + ".");
                  return before;
                };
              }));
    }
    go.countDown();

    holder.get(20, SECONDS);
    assertThat(commands.stream().map(CompletableFuture::join).map(String::length))
        .containsExactlyInAnyOrder(5, 6, 7, 8, 9);
    assertThat(epoch()).isEqualTo("epoch.....");
  }

  @Test
  void commandsAtOnceDoNotHarmOneAnother() {
    var commands = new ArrayList<CompletableFuture<Integer>>();
    for (int number = 0; number < 45; number++) {
      int each = number;
      commands.add(
          database.write(
              tx -> {
                tx.lockRows("SELECT epoch FROM installation FOR NO KEY UPDATE");
                set(tx, get(tx) + ".");
                if (each % 3 == 0) {
                  throw new IllegalStateException("refused");
                }
                return each;
              }));
    }
    long done =
        commands.stream()
            .filter(each -> each.handle((_, failure) -> failure == null).join())
            .count();

    assertThat(done).isEqualTo(30);
    assertThat(epoch()).isEqualTo("epoch" + ".".repeat(30));
  }

  @Test
  void asManyReadsAsComeAreAnsweredWhileAWriteWaits() throws Exception {
    var go = new CountDownLatch(1);
    CompletableFuture<Boolean> waiting =
        database.write(
            tx -> {
              await(go);
              return true;
            });

    var reads = IntStream.range(0, 50).mapToObj(_ -> database.read(this::get)).toList();

    assertThat(reads).allSatisfy(each -> assertThat(each.get(20, SECONDS)).isEqualTo("epoch"));
    assertThat(waiting).isNotDone();
    go.countDown();
    assertThat(waiting.get(20, SECONDS)).isTrue();
  }

  @Test
  void whatComesAfterTheEndIsRefused() {
    data.close();

    assertThatThrownBy(() -> database.write(this::get).join()).isNotNull();
    assertThatThrownBy(() -> database.read(this::get).join()).isNotNull();
  }

  @Test
  void aReopenedDatabaseHasItsData() {
    write("kept");
    data.close();
    data = OpenDatabase.forServing(storageConfig);
    database = data.database();

    assertThat(epoch()).isEqualTo("kept");
    try (var beside = OpenDatabase.forConcurrentAccess(storageConfig)) {
      assertThat(beside.database().read(this::get).join()).isEqualTo("kept");
    }
  }

  @Test
  void anEmptyDatabaseIsRefusedInWordsWhereOneIsExpected() {
    StorageConfig empty = kind.createWithoutSchema(folder.resolve("empty"));

    assertThatThrownBy(() -> OpenDatabase.forConcurrentAccess(empty).close())
        .isInstanceOf(DatabaseException.class)
        .hasMessageMatching(
            "There is no database at .*|The database is empty or of an older version.*");
  }

  @Test
  void aConflictThatPostgresqlReportsIsTriedAgain() {
    if (kind == TestDatabase.SQLITE) {
      return; // it has a single writer, so writes never conflict
    }
    var tries = new AtomicInteger();

    database
        .write(
            tx -> {
              set(tx, "changed");
              if (tries.incrementAndGet() < 4) {
                tx.update("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$");
              }
              return true;
            })
        .join();

    assertThat(tries).hasValue(4);
    assertThat(epoch()).isEqualTo("changed");
  }

  private void write(String epoch) {
    database
        .write(
            tx -> {
              set(tx, epoch);
              return true;
            })
        .join();
  }

  private static void set(Transaction tx, String epoch) {
    tx.update("UPDATE installation SET epoch = ?", epoch);
  }

  private String get(Transaction tx) {
    return tx.query("SELECT epoch FROM installation").single(row -> row.getString("epoch"));
  }

  private String epoch() {
    return database.read(this::get).join();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
