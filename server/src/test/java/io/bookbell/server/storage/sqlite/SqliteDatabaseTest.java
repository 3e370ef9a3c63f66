package io.bookbell.server.storage.sqlite;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
  @TempDir private Path folder;

  private final List<String> happened = new CopyOnWriteArrayList<>();
  private SqliteDatabase database;

  @BeforeEach
  void open() {
    database = new SqliteDatabase(folder.resolve("test.db"), TimeSource.of(InstantSource.system()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Reads fill caches in such hooks, as writes do. */
  @Test
  void aHookOfAReadRunsBeforeTheAnswer() throws Exception {
    database.read(this::registerHook).thenRun(() -> happened.add("answer")).get(10, SECONDS);

    assertThat(happened).containsExactly("work", "hook", "answer");
  }

  @Test
  void noHookRunsAfterAReadThatFailed() {
    var read =
        database.read(
            tx -> {
              registerHook(tx);
              throw new IllegalStateException("refused");
            });

    assertThatThrownBy(() -> read.get(10, SECONDS)).hasRootCauseMessage("refused");
    assertThat(happened).containsExactly("work");
  }

  @Test
  void resultsThatNobodyAsksForDoNotDisturbTheNextRead() {
    for (int read = 0; read < 10; read++) {
      boolean refused = read % 2 == 0;
      CompletableFuture<Boolean> answer =
          database.read(
              tx -> {
                var _ = tx.query("SELECT no_column FROM no_table").later(_ -> true);
                if (refused) {
                  throw new IllegalStateException("refused");
                }
                return true;
              });
      assertThat(answer.handle((_, failure) -> failure != null).join()).isEqualTo(refused);
    }

    assertThat(database.read(tx -> tx.query("SELECT 1 AS one").exists()).join()).isTrue();
  }

  private boolean registerHook(Transaction tx) {
    tx.afterCommit(() -> happened.add("hook"));
    return happened.add("work");
  }
}
